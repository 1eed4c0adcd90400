/** The actions on a row of the message list; the functions stay the same at every render. */
export interface MessageActions {
  toggle: (seq: number) => void;
  copyLink: (seq: number) => void;
  /** Shows another message. */
  go: (seq: number) => void;
  /** Finds the message with an id in the whole history and shows it. */
  find: (id: string, namedBy: number) => void;
  /** Searches the history for messages that name an id. */
  search: (id: string) => void;
  /** Keeps a row where it is while its height changes. */
  keepInPlace: (seq: number) => void;
  focus: (seq: number) => void;
}
