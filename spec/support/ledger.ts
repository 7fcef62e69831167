/** Counts what was lost, doubled or out of order, by tokens `«run:sender:room:seq»` in the texts (RELIABILITY §0). */

import type { MatrixPerson } from './people.js';

/** A token somewhere in a text. */
const TOKEN = /«([^:»]*):([^:»]*):([^:»]*):(\d+)»/gu;

export interface LedgerReport {
  readonly sent: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Tokens that came after a later one of the same sender and room. */
  readonly disordered: readonly string[];
}

export class Ledger {
  private readonly run: string;
  private readonly sent = new Map<string, string>();
  private readonly next = new Map<string, number>();

  constructor(run: string) {
    this.run = run;
  }

  /** A new token of a sender in a room; put it into the message. */
  token(sender: string, room: string): string {
    const key = `${sender}:${room}`;
    const seq = this.next.get(key) ?? 0;
    this.next.set(key, seq + 1);
    const token = `«${this.run}:${sender}:${room}:${seq}»`;
    this.sent.set(token, key);
    return token;
  }

  /** Every token so far. */
  get tokens(): string[] {
    return [...this.sent.keys()];
  }

  /** A token whose message was refused to its sender, who was told: it is not counted as lost. */
  withdraw(token: string): void {
    this.sent.delete(token);
  }

  /** Holds the texts of the other side, in the order in which they came there, against what was sent. */
  judge(texts: Iterable<string>): LedgerReport {
    const times = new Map<string, number>();
    const latest = new Map<string, number>();
    const disordered: string[] = [];
    for (const text of texts) {
      for (const [token, run, sender, room, seq] of text.matchAll(TOKEN)) {
        if (run !== this.run) continue;
        const before = times.get(token) ?? 0;
        times.set(token, before + 1);
        const key = `${String(sender)}:${String(room)}`;
        if (before === 0 && Number(seq) < (latest.get(key) ?? -1)) disordered.push(token);
        latest.set(key, Math.max(latest.get(key) ?? -1, Number(seq)));
      }
    }
    return {
      sent: this.sent.size,
      lost: this.tokens.filter((token) => !times.has(token)),
      doubled: [...times].filter(([, count]) => count > 1).map(([token]) => token),
      disordered,
    };
  }
}

/** The text of a message; empty when it has none. */
export function textOf({ body }: Readonly<Record<string, unknown>>): string {
  return typeof body === 'string' ? body : '';
}

/** The texts of all a room has seen, oldest first. */
export async function bodies(person: MatrixPerson, room: string): Promise<string[]> {
  return (await person.history(room)).map(({ content }) => textOf(content));
}

/** Of how many of his messages somebody was told that they did not arrive, or perhaps did not. */
export function toldOf(person: MatrixPerson, room: string): number {
  const counts = person.messages(room).map(({ content }) => /^Your message (?:and (\d+) more before it )?(?:was|were|may not have been) /u.exec(String(content.body)));
  return counts.reduce((sum, found) => sum + (found ? 1 + Number(found[1] ?? 0) : 0), 0);
}
