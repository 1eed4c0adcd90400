/**
 * Puts the hooks into the text of a settings file of Claude Code, and takes them out again. Only insertions are made, so
 * taking them out gives the former text byte for byte, however it is formatted.
 *
 * Where the former text had an empty container, the entry stands directly behind its bracket; a container that is
 * created here begins with white space. So it is known from the text alone which containers to remove with the entry
 * (docs/decisions/0080-hooks.md).
 */
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { HOOK_TOKEN_VARIABLE } from '../lib/config/hook-token';
import { HOOK_EVENTS } from '../lib/sources/claude-code/hook-payloads';
import { StartError } from './start-error';

/** How long Claude Code waits for an answer that is sent at once. */
const TIMEOUT_SECONDS = 5;
/** How long it waits for the answer to a permission request, which a person may give: the most that it waits. */
export const PERMISSION_TIMEOUT_SECONDS = 600;
const PERMISSION_EVENT = 'PermissionRequest';
const AUTHORIZATION = `Bearer $${HOOK_TOKEN_VARIABLE}`;
const BYTE_ORDER_MARK = '\uFEFF';

export interface HookOptions {
  /** The whole address to post to. */
  url: string;
  /** The token to set as a variable of Claude Code; null if it is set elsewhere. */
  token: string | null;
}

/** What a settings file has of the hooks. */
export interface InstalledHooks {
  /** In the order of `HOOK_EVENTS`. */
  events: string[];
  urls: string[];
  /** How long the hook of permission requests waits; null if it is not there, or says nothing. */
  permissionTimeoutSeconds: number | null;
  hasToken: boolean;
}

/** The text of a file that is to be created. */
export const NO_FILE: null = null;

/**
 * @param text of the settings, or `NO_FILE`
 * @param path for messages
 * @returns the text with the hooks of these options, and no others of this program
 * @throws {StartError} if the text is not a JSON object, or has something else where the hooks belong
 */
export function withHooks(text: string | null, options: HookOptions, path: string): string {
  const bare = text === null ? NO_FILE : withoutHooks(text, path);
  const entry = (event: string) => ({
    hooks: [
      {
        ...{ type: 'http', url: options.url },
        timeout: event === PERMISSION_EVENT ? PERMISSION_TIMEOUT_SECONDS : TIMEOUT_SECONDS,
        ...{ headers: { Authorization: AUTHORIZATION }, allowedEnvVars: [HOOK_TOKEN_VARIABLE] },
      },
    ],
  });
  const places: [path: string[], value: unknown][] = HOOK_EVENTS.map((event) => [['hooks', event], entry(event)]);
  if (options.token !== null) places.push([['env', HOOK_TOKEN_VARIABLE], options.token]);
  let edited = bare ?? '';
  if (bare === NO_FILE) edited = `${JSON.stringify(newSettings(places), null, 2)}\n`;
  else for (const [keys, value] of places) edited = inserted(edited, keys, value, path);
  if (withoutHooks(edited, path) !== bare) {
    throw new StartError(`${path} can't be changed in a way that could be undone exactly; add the hooks by hand.`);
  }
  return edited;
}

function newSettings(places: readonly [path: string[], value: unknown][]): Record<string, Record<string, unknown>> {
  const settings: Record<string, Record<string, unknown>> = {};
  for (const [[group = '', key = ''], value] of places) {
    settings[group] = { ...settings[group], [key]: group === 'hooks' ? [value] : value };
  }
  return settings;
}

/**
 * @returns the text without the hooks of this program; `NO_FILE` if nothing but what it created is left
 * @throws {StartError} as `withHooks`
 */
export function withoutHooks(text: string, path: string): string | null {
  let left = text;
  for (;;) {
    const root = parsed(left, path);
    const last = ownNodes(root).at(-1);
    if (last === undefined) return left;
    const cut = spanToRemove(last, left);
    if (cut === null) return NO_FILE;
    left = left.slice(0, cut.start) + left.slice(cut.end);
  }
}

/** @throws {StartError} as `withHooks` */
export function installedHooks(text: string, path: string): InstalledHooks {
  const root = parsed(text, path);
  const hooks = membersOf(member(root, 'hooks'));
  const own = hooks.map(([event, groups]) => [event, ownHooksIn(groups)] as const).filter(([, found]) => found[0]);
  const urls = own.flatMap(([, found]) => found.map((hook) => String(member(hook, 'url')?.value)));
  const [permission] = own.find(([event]) => event === PERMISSION_EVENT)?.[1] ?? [];
  const timeout = member(permission, 'timeout')?.value;
  return {
    permissionTimeoutSeconds: typeof timeout === 'number' ? timeout : null,
    events: HOOK_EVENTS.filter((event) => own.some(([name]) => name === event)),
    urls: [...new Set(urls)],
    hasToken: member(member(root, 'env'), HOOK_TOKEN_VARIABLE) !== undefined,
  };
}

/** @returns the root, an object without anything unexpected where hooks belong */
function parsed(text: string, path: string): Node {
  // Offsets are those of the text, so the mark becomes a blank.
  const json = text.startsWith(BYTE_ORDER_MARK) ? ` ${text.slice(1)}` : text;
  const errors: ParseError[] = [];
  const root = parseTree(json, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  const remedy = 'Correct it, or run the command of hooks with the other of --project and --user. Nothing was changed.';
  if (error) {
    const line = json.slice(0, error.offset).split('\n').length;
    throw new StartError(`${path} is not JSON: line ${line}, ${printParseErrorCode(error.error)}. ${remedy}`);
  }
  // Beyond what the parser above accepts, such as line breaks in texts.
  if (root?.type !== 'object' || !isJson(json)) throw new StartError(`${path} is not a JSON object. ${remedy}`);
  const expect = (node: Node | undefined, type: 'object' | 'array', name: string) => {
    if (node && node.type !== type) throw new StartError(`${path}: "${name}" must be an ${type}. ${remedy}`);
    const names = membersOf(node).map(([key]) => key);
    const twice = names.find((key, index) => names.indexOf(key) !== index);
    if (twice !== undefined) throw new StartError(`${path} has "${twice}" twice. ${remedy}`);
  };
  expect(root, 'object', '');
  for (const group of ['env', 'hooks']) expect(member(root, group), 'object', group);
  for (const event of HOOK_EVENTS) expect(member(member(root, 'hooks'), event), 'array', `hooks.${event}`);
  return root;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @returns everything that this program added, in the order of the text: properties and entries of lists */
function ownNodes(root: Node): Node[] {
  const variable = member(member(root, 'env'), HOOK_TOKEN_VARIABLE)?.parent;
  const hooks = membersOf(member(root, 'hooks')).flatMap(([, groups]) => ownHooksIn(groups));
  return [...(variable ? [variable] : []), ...hooks].sort((a, b) => a.offset - b.offset);
}

function ownHooksIn(groups: Node): Node[] {
  if (groups.type !== 'array') return [];
  return itemsOf(groups).flatMap((group) => itemsOf(member(group, 'hooks')).filter(isOwnHook));
}

function isOwnHook(hook: Node): boolean {
  return member(member(hook, 'headers'), 'Authorization')?.value === AUTHORIZATION;
}

/** @returns the part of the text to remove with a property or an entry; null for the whole text */
function spanToRemove(node: Node, text: string): { start: number; end: number } | null {
  const container = node.parent as Node;
  const siblings = container.children as Node[];
  const index = siblings.indexOf(node);
  const [before, next] = [siblings[index - 1], siblings[index + 1]];
  if (before) return { start: endOf(before), end: endOf(node) };
  if (next) return { start: node.offset, end: next.offset };
  const isCreated =
    container.type === 'array' && isHooksOfGroup(container) ? true : isSpace(text[container.offset + 1]);
  if (!isCreated) return { start: node.offset, end: endOf(node) };
  if (container.parent === undefined) return NO_FILE;
  return spanToRemove(container.parent.type === 'property' ? container.parent : container, text);
}

/** The list `hooks` within a group of an event, which makes no sense without entries. */
function isHooksOfGroup(list: Node): boolean {
  return list.parent?.parent?.parent?.type === 'array';
}

/** @returns the text with a value at a path of two names: a property, or an entry of a list in the case of `hooks` */
function inserted(text: string, [group = '', key = '']: string[], value: unknown, path: string): string {
  const root = parsed(text, path);
  const isHook = group === 'hooks';
  const groupNode = member(root, group);
  if (!groupNode) return insertedInto(text, root, root, group, { [key]: isHook ? [value] : value });
  const list = isHook ? member(groupNode, key) : undefined;
  if (list) return insertedInto(text, root, list, null, value);
  return insertedInto(text, root, groupNode, key, isHook ? [value] : value);
}

/** @param name of the property; null for an entry of a list */
function insertedInto(text: string, root: Node, container: Node, name: string | null, value: unknown): string {
  const last = container.children?.at(-1);
  const isBroken = last ? hasBreakBefore(container.children?.[0] as Node, text) : true;
  const unit = indentUnit(root, text);
  const indent = last ? indentAt(last.offset, text) : indentAt(container.offset, text);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const encoded = JSON.stringify(value, null, unit).replace(/\n\s*/g, (found) =>
    isBroken ? `${eol}${indent}${found.slice(1)}` : ' ',
  );
  const member = name === null ? encoded : `${JSON.stringify(name)}: ${encoded}`;
  if (!last) return spliced(text, container.offset + 1, member);
  return spliced(text, endOf(last), `,${isBroken ? `${eol}${indent}` : ' '}${member}`);
}

function spliced(text: string, offset: number, added: string): string {
  return text.slice(0, offset) + added + text.slice(offset);
}

function indentUnit(root: Node, text: string): string {
  const first = root.children?.[0];
  const indent = first && hasBreakBefore(first, text) ? indentAt(first.offset, text) : '';
  return indent === '' ? '  ' : indent.slice(0, 10);
}

/** @returns the white space at the beginning of the line of an offset */
function indentAt(offset: number, text: string): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function hasBreakBefore(node: Node, text: string): boolean {
  return /\n[ \t]*$/.test(text.slice(0, node.offset));
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

function itemsOf(list: Node | undefined): Node[] {
  return list?.type === 'array' ? (list.children ?? []) : [];
}

function membersOf(object: Node | undefined): [name: string, value: Node][] {
  if (object?.type !== 'object') return [];
  return (object.children ?? []).flatMap(({ children: [key, value] = [] }): [string, Node][] =>
    key && value ? [[String(key.value), value]] : [],
  );
}

function member(object: Node | undefined, name: string): Node | undefined {
  return membersOf(object).find(([key]) => key === name)?.[1];
}
