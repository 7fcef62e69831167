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
  topic: { readonly text: string; readonly by: string; readonly at: number } | undefined;

  constructor(name: string, created: number) {
    this.name = name;
    this.created = created;
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
