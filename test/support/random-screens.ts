/** Random output of programs in terminals: text of all widths, attributes, and everything that moves, erases or scrolls. */
type Random = () => number;

/** @returns numbers from 0 to 1, the same for a seed */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const LETTERS = [
  'a',
  'B',
  '7',
  ' ',
  ' ',
  '-',
  '~',
  '\\',
  '%',
  'é',
  'ß',
  '│',
  '❯',
  '⏺',
  '✳',
  '日',
  '本',
  '語',
  '한',
  '😀',
  '🚀',
];
const COMBINED = ['e\u0301', 'o\u0308', 'a\u0327', 'n\u0303'];
const ESC = '\u001b[';

export class RandomScreens {
  readonly #random: Random;
  readonly #columns: number;
  readonly #rows: number;

  constructor(random: Random, { columns, rows }: { columns: number; rows: number }) {
    this.#random = random;
    this.#columns = columns;
    this.#rows = rows;
  }

  /** @returns a number from 0 to one below the limit */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** @returns output of some steps */
  next(steps: number): string {
    return Array.from({ length: steps }, () => this.#step()).join('');
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  #text(): string {
    const length = 1 + this.below(30);
    return Array.from({ length }, () => (this.below(12) === 0 ? this.#pick(COMBINED) : this.#pick(LETTERS))).join('');
  }

  #step(): string {
    const kind = this.below(20);
    if (kind < 8) return this.#text();
    if (kind < 11) return this.#attributes();
    if (kind < 13) return '\r\n';
    if (kind < 15) return `${ESC}${1 + this.below(this.#rows)};${1 + this.below(this.#columns)}H`;
    if (kind < 17) return this.#edit();
    if (kind < 18) return this.#pick(['\t', '\b', '\r', '\u001bM', '\u001b7', '\u001b8', '\u001bD']);
    if (kind < 19) return this.#mode();
    return `${ESC}${1 + this.below(4)}${this.#pick(['A', 'B', 'C', 'D', 'E', 'F', 'G'])}`;
  }

  #attributes(): string {
    const codes = ['0', '', '1', '2', '3', '4', '7', '9', '22', '27', '31', '42', '97', '104', '39', '49'];
    if (this.below(4) === 0) return `${ESC}${this.#pick([38, 48])};5;${this.below(256)}m`;
    if (this.below(4) === 0) {
      return `${ESC}${this.#pick([38, 48])};2;${this.below(256)};${this.below(256)};${this.below(256)}m`;
    }
    return `${ESC}${this.#pick(codes)};${this.#pick(codes)}m`;
  }

  #edit(): string {
    const count = 1 + this.below(5);
    return this.#pick([
      ...[`${ESC}K`, `${ESC}1K`, `${ESC}2K`, `${ESC}J`, `${ESC}1J`, `${ESC}2J`],
      ...[`${ESC}${count}L`, `${ESC}${count}M`, `${ESC}${count}P`, `${ESC}${count}@`, `${ESC}${count}X`],
      ...[`${ESC}${count}S`, '\n'.repeat(count)],
    ]);
  }

  #mode(): string {
    const top = 1 + this.below(this.#rows - 2);
    const bottom = top + 1 + this.below(this.#rows - top - 1);
    return this.#pick([
      ...[`${ESC}${top};${bottom}r`, `${ESC}r`, `${ESC}?25l`, `${ESC}?25h`, `${ESC}?1049h`, `${ESC}?1049l`],
      ...['\u001b(0lqqk\u001b(B', `${ESC}0m`, `${ESC}m`],
    ]);
  }
}
