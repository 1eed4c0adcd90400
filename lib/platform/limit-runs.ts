/** Bounds how much of one kind runs at the same time. */

/** @returns the same function, of which at most some calls run at a time; the others wait, in their order */
export function limitRuns<Given extends unknown[], Result>(
  run: (...given: Given) => Promise<Result>,
  max: number,
): (...given: Given) => Promise<Result> {
  let free = max;
  const waiting: (() => void)[] = [];
  return async (...given) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run(...given);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
