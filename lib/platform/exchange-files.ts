/**
 * Exchanges two files in one step, so that neither name is ever missing: `renameat2` with RENAME_EXCHANGE on Linux,
 * `renamex_np` with RENAME_SWAP on macOS. Node has no call for it.
 */

/** `missing`: one of them does not exist. `unsupported`: not possible here; nothing was changed. */
export type Exchange = (one: string, other: string) => 'exchanged' | 'missing' | 'unsupported';

const AT_FDCWD = -100;
/** The flag has the same value on both systems. */
const EXCHANGE = 2;

let loaded: Promise<Exchange> | null = null;

/** Loads the call at its first use: most processes never need it. @returns the exchange of this system */
export function fileExchange(): Promise<Exchange> {
  loaded ??= loadExchange();
  return loaded;
}

async function loadExchange(): Promise<Exchange> {
  try {
    const { default: koffi } = await import('koffi');
    const call = systemCall(koffi.load(null));
    return (one, other) => {
      if (call(one, other) === 0) return 'exchanged';
      return koffi.errno() === koffi.os.errno.ENOENT ? 'missing' : 'unsupported';
    };
  } catch {
    return () => 'unsupported';
  }
}

/** @throws if the system's library lacks the call */
function systemCall(library: { func(prototype: string): unknown }): (one: string, other: string) => number {
  if (process.platform === 'darwin') {
    const swap = library.func('int renamex_np(const char *, const char *, unsigned int)') as Renamex;
    return (one, other) => swap(one, other, EXCHANGE);
  }
  const rename = library.func('int renameat2(int, const char *, int, const char *, unsigned int)') as Renameat2;
  return (one, other) => rename(AT_FDCWD, one, AT_FDCWD, other, EXCHANGE);
}

type Renamex = (one: string, other: string, flags: number) => number;
type Renameat2 = (folder: number, one: string, otherFolder: number, other: string, flags: number) => number;
