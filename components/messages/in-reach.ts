import { createContext } from 'react';

/**
 * Whether Tab may stop inside a row of the message list. Only the row that Tab focuses lets it in: a stop in any other
 * row, most of them out of view, would scroll the list away from what is read.
 */
export const InReach = createContext(true);
