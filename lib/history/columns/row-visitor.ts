/** Many rows at little cost: handed to a function one by one, where an array of each would be most of the work. */
import type Database from 'better-sqlite3';

/** Takes the values of a row. */
export type RowTaker = (...values: never[]) => void;

export class RowVisitor {
  #take: RowTaker = () => {};

  /** Gives the database the aggregate function `visit`. */
  constructor(db: Database.Database) {
    const step = (count: number, a: never, b: never, c: never, d: never, e: never, f: never) => {
      this.#take(a, b, c, d, e, f);
      return count + 1;
    };
    // The types know of aggregates over one value only.
    db.aggregate('visit', { start: 0, varargs: true, step: step as (count: number, value: number) => number });
  }

  /**
   * Runs a statement that selects `visit(...)` of up to six values.
   *
   * @param take is called with the values of each row; it must not use the database
   */
  each(statement: Database.Statement, values: readonly unknown[], take: RowTaker): void {
    this.#take = take;
    statement.get(...values);
  }
}
