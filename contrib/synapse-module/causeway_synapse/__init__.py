"""Tells a bridge when accounts of this Synapse register, log in, log out and are deactivated (MSC3395)."""

from .module import LifeCycleModule

__all__ = ["LifeCycleModule"]
