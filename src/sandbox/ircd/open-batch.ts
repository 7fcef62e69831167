/** A multiline batch as its client has sent it so far (IRCv3 draft/multiline). */

export interface OpenBatch {
  readonly target: string;
  readonly clientTags: ReadonlyMap<string, string>;
  readonly label: string | undefined;
  command: string;
  readonly lines: { readonly text: string; readonly concat: boolean }[];
  failed: boolean;
}
