/** A channel: its members with their marks, its modes, its bans. */

/** `M`: who can be a member. */
export class Channel<M> {
  readonly name: string;
  readonly created: number;
  /** Each member with its prefix modes (`o`, `v` …). */
  readonly members = new Map<M, Set<string>>();
  /** Flag modes that are set: i, m, n, s, t. */
  readonly modes = new Set<string>(['n', 't']);
  readonly bans: { readonly mask: string; readonly by: string; readonly at: number }[] = [];
  readonly invited = new Set<M>();
  key: string | undefined;
  limit: number | undefined;
  /** What members without voice said of late, when it was counted, and whether the limit was passed. */
  spoken = 0;
  spokenAt = 0;
  flooded = false;
  topic: { readonly text: string; readonly by: string; readonly at: number } | undefined;

  constructor(name: string, created: number) {
    this.name = name;
    this.created = created;
  }

  /**
   * Counts a line of a member without voice as Solanum does: the count falls by one a second; once `most` is passed
   * nothing passes until it has fallen to none. @returns whether the line passes
   */
  takes(most: number, now: number): boolean {
    const seconds = Math.floor((now - this.spokenAt) / 1000);
    if (seconds > 0) {
      this.spoken = Math.max(0, this.spoken - seconds);
      this.spokenAt = now;
    }
    if (this.spoken === 0) this.flooded = false;
    if (this.spoken >= most && !this.flooded) {
      this.flooded = true;
      this.spoken += 2;
    }
    if (!this.flooded) this.spoken++;
    return !this.flooded;
  }

  /** Whether the member has one of the prefix modes. */
  has(client: M, modes: string): boolean {
    const own = this.members.get(client);
    return own !== undefined && Array.from(modes).some((mode) => own.has(mode));
  }

  /** The marks before a nick, highest first: one of them, or all with `multi-prefix`. */
  marksOf(client: M, prefixes: readonly (readonly [string, string])[], all: boolean): string {
    const own = this.members.get(client);
    const marks = prefixes.filter(([mode]) => own?.has(mode)).map(([, mark]) => mark);
    return all ? marks.join('') : (marks[0] ?? '');
  }

  /** The modes as 324 shows them; the key only to members. */
  modeLine(toMember: boolean): string {
    const flags = [...this.modes].sort().join('');
    const withKey = this.key === undefined ? '' : 'k';
    const withLimit = this.limit === undefined ? '' : 'l';
    const params = [
      ...(this.key === undefined ? [] : [toMember ? this.key : '<key>']),
      ...(this.limit === undefined ? [] : [String(this.limit)]),
    ];
    return [`+${flags}${withKey}${withLimit}`, ...params].join(' ');
  }
}
