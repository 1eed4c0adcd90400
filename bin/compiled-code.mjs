// @ts-check
/**
 * Reuses the code of the server that V8 compiled at an earlier start. Compiling is a third of the cost of a start, and
 * all that the first page waits for. Optional: nothing depends on whether the cache can be written or used.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** After this time the loaded code has run; later V8 discards code that does not run again. */
const KEEP_AFTER_MS = 3_000;
/** Length of the header of the cache file; its content follows. */
const SUM_BYTES = 4;
/** The first column of the source is the first column of its file. */
const BEFORE_SOURCE = -Module.wrap('').indexOf('\n});');
/**
 * Also with a space or a comment in between; code that only looks like an import is compiled by Node, which only costs
 * time.
 */
const MAY_IMPORT = /\bimport\s*[(/]/;

/**
 * @typedef {{ sum: number, code: Uint8Array }} Compiled `sum` is that of the source: V8 compares nothing but its
 *   length.
 */
/** @typedef {(this: NodeModule, source: string, file: string, ...rest: unknown[]) => unknown} Compile */

let begun = false;

/**
 * Uses compiled code from the cache of a build from now on, and adds missing code to it. Call it once per process.
 *
 * @param {string} build the folder of the build
 */
export function reuseCompiledCode(build) {
  if (begun) return;
  begun = true;
  const place = join(build, 'cache', 'compiled');
  // Node has its own cache since 22.1.
  const { enableCompileCache } = /** @type {{ enableCompileCache?: (folder: string) => unknown }} */ (Module);
  if (enableCompileCache) enableCompileCache(place);
  else compileBy(new CompiledCode(`${place}.bin`));
}

class CompiledCode {
  #file;
  /** @type {Map<string, Compiled> | null} by the path of the source; null after a time without loading */
  #known = null;
  /** @type {Map<string, { sum: number, script: Script }>} code that is missing there */
  #fresh = new Map();

  /** @param {string} file */
  constructor(file) {
    this.#file = file;
    process.once('exit', () => this.#keep());
  }

  /**
   * @param {string} source
   * @param {string} file
   */
  scriptFor(source, file) {
    const sum = crc32(source);
    const known = this.#open().get(file);
    const cachedData = known?.sum === sum ? known.code : undefined;
    const script = new Script(Module.wrap(source), { filename: file, columnOffset: BEFORE_SOURCE, cachedData });
    if (cachedData === undefined || script.cachedDataRejected) this.#fresh.set(file, { sum, script });
    return script;
  }

  #open() {
    if (this.#known === null) {
      this.#known = readCompiled(this.#file);
      setTimeout(() => this.#keep(), KEEP_AFTER_MS).unref();
    }
    return this.#known;
  }

  #keep() {
    const [known, fresh] = [this.#known, this.#fresh];
    this.#known = null;
    this.#fresh = new Map();
    if (known === null || fresh.size === 0) return;
    for (const file of known.keys()) if (!existsSync(file)) known.delete(file);
    for (const [file, { sum, script }] of fresh) known.set(file, { sum, code: script.createCachedData() });
    const part = `${this.#file}.${process.pid}`;
    try {
      mkdirSync(dirname(part), { recursive: true });
      const content = serialize(known);
      writeFileSync(part, Buffer.concat([checksum(content), content]));
      renameSync(part, this.#file);
    } catch {
      // The folder of the build may be read-only: the next start compiles again.
    }
  }
}

/**
 * @param {string} file
 * @returns {Map<string, Compiled>}
 */
function readCompiled(file) {
  try {
    const kept = readFileSync(file);
    const content = kept.subarray(SUM_BYTES);
    // V8 does not verify the code: a damaged disk must not break every start.
    if (checksum(content).equals(kept.subarray(0, SUM_BYTES))) return deserialize(content);
  } catch {
    // There is no cache, or it is unreadable.
  }
  return new Map();
}

/** @param {Uint8Array} content */
function checksum(content) {
  const sum = Buffer.alloc(SUM_BYTES);
  sum.writeUInt32LE(crc32(content));
  return sum;
}

/** @param {CompiledCode} compiled provides the script of every CommonJS module that is loaded from now on */
function compileBy(compiled) {
  const modules = /** @type {{ _compile: Compile }} */ (/** @type {unknown} */ (Module.prototype));
  const compile = modules._compile;
  modules._compile = function (source, file, ...rest) {
    let run;
    // Such a script needs a callback for imports, which the cache does not store.
    if (MAY_IMPORT.test(source)) return compile.call(this, source, file, ...rest);
    try {
      run = compiled.scriptFor(source, file).runInThisContext();
    } catch {
      // An ECMAScript module, or an error in it: Node reports which.
      return compile.call(this, source, file, ...rest);
    }
    return run.call(this.exports, this.exports, createRequire(file), this, file, dirname(file));
  };
}
