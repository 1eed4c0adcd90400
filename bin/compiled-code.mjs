// @ts-check
/**
 * The server's code as V8 has compiled it at an earlier start. Compiling is a third of what a start costs, and all that the
 * first page waits for. A side effect of a start: nothing depends on whether it can be kept or used.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** By then what was loaded has run; V8 throws away later what does not run again. */
const KEEP_AFTER_MS = 3_000;
/** Of the kept file; its content follows. */
const SUM_BYTES = 4;
/** The first column of the source is the first one of its file. */
const BEFORE_SOURCE = -Module.wrap('').indexOf('\n});');
/** Also with a space or a comment between; what only looks like it is compiled by Node, which costs no more than time. */
const MAY_IMPORT = /\bimport\s*[(/]/;

/** @typedef {{ sum: number, code: Uint8Array }} Compiled `sum` is that of the source: V8 compares nothing but its length. */
/** @typedef {(this: NodeModule, source: string, file: string, ...rest: unknown[]) => unknown} Compile */

let begun = false;

/**
 * Takes compiled code from a build's cache from now on, and keeps there what it lacks; once per process.
 *
 * @param {string} build the folder of the build
 */
export function reuseCompiledCode(build) {
  if (begun) return;
  begun = true;
  const place = join(build, 'cache', 'compiled');
  // Node's own, from 22.1 on.
  const { enableCompileCache } = /** @type {{ enableCompileCache?: (folder: string) => unknown }} */ (Module);
  if (enableCompileCache) enableCompileCache(place);
  else compileBy(new CompiledCode(`${place}.bin`));
}

class CompiledCode {
  #file;
  /** @type {Map<string, Compiled> | null} by the path of the source; null while nothing has been loaded for a while */
  #known = null;
  /** @type {Map<string, { sum: number, script: Script }>} what that lacks */
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
      // The build's folder may not be written to: the next start compiles again.
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
    // V8 believes what it is given: a damaged disk must not end every start.
    if (checksum(content).equals(kept.subarray(0, SUM_BYTES))) return deserialize(content);
  } catch {
    // There is none, or it can't be read.
  }
  return new Map();
}

/** @param {Uint8Array} content */
function checksum(content) {
  const sum = Buffer.alloc(SUM_BYTES);
  sum.writeUInt32LE(crc32(content));
  return sum;
}

/** @param {CompiledCode} compiled gives every CommonJS module that is loaded from now on its script */
function compileBy(compiled) {
  const modules = /** @type {{ _compile: Compile }} */ (/** @type {unknown} */ (Module.prototype));
  const compile = modules._compile;
  modules._compile = function (source, file, ...rest) {
    let run;
    // Such a script would have to be told how it imports, and forgets it in the cache.
    if (MAY_IMPORT.test(source)) return compile.call(this, source, file, ...rest);
    try {
      run = compiled.scriptFor(source, file).runInThisContext();
    } catch {
      // A module of ECMAScript, or an error in it: Node tells which.
      return compile.call(this, source, file, ...rest);
    }
    return run.call(this.exports, this.exports, createRequire(file), this, file, dirname(file));
  };
}
