/** What a person can do with a row of the message list; the same functions at every draw. */
export interface MessageActions {
  toggle: (seq: number) => void;
  copyLink: (seq: number) => void;
  /** Shows another message. */
  go: (seq: number) => void;
  /** Shows the message of an id, wherever in the history it is. */
  find: (id: string, namedBy: number) => void;
  /** Searches the history for what names an id. */
  search: (id: string) => void;
  focus: (seq: number) => void;
}
