/** The bounds of what is listed, in characters and in entries. */
export const TASK_BOUNDS = {
  tasks: 1000,
  objective: 2000,
  message: 300,
  error: 500,
  files: 50,
  file: 300,
  blockers: 100,
  changes: 20,
  /** Of all listed tasks together, as JSON. */
  characters: 512_000,
} as const;
