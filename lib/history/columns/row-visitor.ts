/**
 * Reads many rows cheaply: passes their values to a function, because creating an array for each would be most of the
 * work.
 */
import type Database from 'better-sqlite3';

/** Receives the values of a row. */
export type RowTaker = (...values: never[]) => void;

export class RowVisitor {
  #take: RowTaker = () => {};

  /** Adds the aggregate function `visit` to the database. */
  constructor(db: Database.Database) {
    const step = (count: number, a: never, b: never, c: never, d: never, e: never, f: never) => {
      this.#take(a, b, c, d, e, f);
      return count + 1;
    };
    // The type declarations only support aggregates of one value.
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
