/** One of eight hues for each agent, the same everywhere on the page. Each passes contrast as text in both themes. */

const COLOURS = [
  'text-agent-0',
  'text-agent-1',
  'text-agent-2',
  'text-agent-3',
  'text-agent-4',
  'text-agent-5',
  'text-agent-6',
  'text-agent-7',
] as const;

/**
 * @param id the id of an agent as written
 * @returns the class of its colour. It depends on the id alone, so it stays when agents come and go; agents with
 *   consecutive numbers differ
 */
export function agentColour(id: string): (typeof COLOURS)[number] {
  const number = /\d{1,9}$/.exec(id)?.[0];
  const place = number === undefined ? sumOf(id) : Number(number);
  return COLOURS[place % COLOURS.length] as (typeof COLOURS)[number];
}

function sumOf(text: string): number {
  let sum = 0;
  for (let index = 0; index < Math.min(text.length, 100); index++) sum = (sum * 31 + text.charCodeAt(index)) >>> 0;
  return sum;
}
