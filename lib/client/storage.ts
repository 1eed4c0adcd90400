/**
 * Settings of this browser that the server does not need. Storage may be blocked or full, and then even reading it
 * throws: a value that cannot be stored holds for this page.
 */

const unstored = new Map<string, string>();

/** @returns the stored value; null if there is none */
export function readStored(name: string): string | null {
  const here = unstored.get(name);
  if (here !== undefined) return here;
  try {
    return window.localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Stores a value for all pages of this browser, or keeps it for this page if the browser refuses. */
export function store(name: string, value: string): void {
  try {
    window.localStorage.setItem(name, value);
    unstored.delete(name);
  } catch {
    unstored.set(name, value);
  }
}

/** Removes a value for all pages of this browser. */
export function removeStored(name: string): void {
  unstored.delete(name);
  try {
    window.localStorage.removeItem(name);
  } catch {
    // What the browser never stored is gone.
  }
}

/** Calls `listener` when another page of this browser changes a value, until the returned function is called. */
export function onStored(name: string, listener: () => void): () => void {
  const onStorage = ({ key }: StorageEvent) => {
    // Null: everything was removed.
    if (key === name || key === null) listener();
  };
  window.addEventListener('storage', onStorage);
  return () => window.removeEventListener('storage', onStorage);
}
