/** What a page must know about a recording that it shows: a bundle that was opened from a file. */
export interface Recording {
  /** Instants. */
  since: string;
  until: string;
  /** Whether the texts were left out when it was made. */
  text: 'blank' | 'keep';
}
