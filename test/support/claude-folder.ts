/** A folder of Claude Code for tests, with excerpts of what Claude Code 2.1.332 wrote. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The domain that the excerpts name. */
export const EXCERPT_DOMAIN = 'linux:0123456789abcdef0123456789abcdef:pid:[4026531836]';

/** @param name such as `sessions/idle.json` */
export function claudeExcerpt(name: string): string {
  return readFileSync(join(import.meta.dirname, '../fixtures/claude-code', name), 'utf8');
}

export class ClaudeTestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'claude-'));

  /** Writes a file in place; its folder is created. @param content a text, or a value as JSON */
  write(name: string, content: unknown): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }

  /** Writes `sessions/<pid>.json`. */
  writeSession(pid: number, content: unknown): void {
    this.write(`sessions/${pid}.json`, content);
  }

  remove(name = ''): void {
    rmSync(join(this.path, name), { recursive: true, force: true });
  }
}

/** What a session writes, with some fields of its own. */
export function sessionFile(pid: number, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...JSON.parse(claudeExcerpt('sessions/idle.json')), pid, ...fields };
}
