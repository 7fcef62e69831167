/** Leaves of a long list of message tags those that somebody here reads: the library's parser takes milliseconds for 8 KB. */

/** Whoever reads another tag adds it here (a test looks). IRCv3 message-tags: names are as they are written. */
export const READ_TAGS = [
  'account',
  'batch',
  'label',
  'msgid',
  'time',
  'draft/multiline-concat',
  '+reply',
  '+draft/reply',
  '+typing',
  '+draft/typing',
  '+draft/react',
  '+draft/unreact',
] as const;

/** Such a tag in a list that has a `;` on either side. */
const READ = new RegExp(`;(${READ_TAGS.map((name) => name.replace('+', '\\+')).join('|')})(?=[=;])`, 'g');
/** Characters; what honest servers and clients send is shorter, and left as it is. */
const SHORT = 512;

/** A line without those of its tags that nobody reads, when they are long; of a tag that comes twice the last stays. */
export function trimTags(line: string): string {
  if (!line.startsWith('@')) return line;
  const space = line.indexOf(' ');
  const end = space < 0 ? line.length : space;
  if (end <= SHORT) return line;
  const all = `;${line.slice(1, end)};`;
  const last = new Map<string, number>();
  for (const { 1: name = '', index } of all.matchAll(READ)) last.set(name, index);
  const kept = [...last.values()].map((at) => all.slice(at + 1, all.indexOf(';', at + 1)));
  return kept.length === 0 ? line.slice(end).trimStart() : `@${kept.join(';')}${line.slice(end)}`;
}
