/** The input of a tool as the page shows it. Everything comes from a hook, so its shape is not trusted. */
import { asText } from '@/lib/client/text';
import type { PendingPermission } from '@/lib/contract/action-schemas';

/** One replacement of text in a file. */
export interface Edit {
  before: string;
  after: string;
}

export type ToolInput =
  | { kind: 'command'; command: string; description: string | null; more: string | null }
  | { kind: 'edits'; path: string; edits: Edit[]; more: string | null }
  | { kind: 'file'; path: string; content: string; more: string | null }
  | { kind: 'json'; text: string }
  /** It was too long to keep. */
  | { kind: 'none' };

type Fields = Record<string, unknown>;

/** @returns the parts of an input that a person must see; `more` has all other fields as JSON, so that nothing is hidden */
export function readToolInput(input: unknown): ToolInput {
  if (input === null || input === undefined) return { kind: 'none' };
  if (!isFields(input)) return { kind: 'json', text: asJson(input) };
  const { command, file_path, content, edits, old_string, new_string } = input;
  if (typeof command === 'string') {
    const { command: _, description, ...rest } = input;
    const isSaid = typeof description === 'string';
    const more = isSaid ? rest : { ...rest, ...(description !== undefined && { description }) };
    return { kind: 'command', command, description: isSaid ? description : null, more: others(more) };
  }
  if (typeof file_path !== 'string') return { kind: 'json', text: asJson(input) };
  if (typeof content === 'string') {
    const { file_path: _path, content: _content, ...rest } = input;
    return { kind: 'file', path: file_path, content, more: others(rest) };
  }
  const single = readEdit({ old_string, new_string });
  if (single) {
    const { file_path: _path, old_string: _old, new_string: _new, ...rest } = input;
    return { kind: 'edits', path: file_path, edits: [single], more: others(rest) };
  }
  const several = Array.isArray(edits) ? edits.map(readEdit) : [];
  if (several.length === 0 || several.includes(null)) return { kind: 'json', text: asJson(input) };
  const { file_path: _path, edits: _edits, ...rest } = input;
  const more = (edits as Fields[]).map(({ old_string: _old, new_string: _new, ...one }) => others(one));
  const said = [...more, others(rest)].filter((text) => text !== null).join('\n');
  return { kind: 'edits', path: file_path, edits: several as Edit[], more: said || null };
}

function readEdit(one: unknown): Edit | null {
  if (!isFields(one) || typeof one.old_string !== 'string' || typeof one.new_string !== 'string') return null;
  return { before: one.old_string, after: one.new_string };
}

function others(fields: Fields): string | null {
  return Object.keys(fields).length === 0 ? null : asJson(fields);
}

function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One question with the answers that it offers. */
export interface Question {
  text: string;
  header: string | null;
  options: { label: string; description: string | null }[];
  multiple: boolean;
}

/** @returns the questions of `AskUserQuestion`; empty if they cannot be read: then they are shown as JSON */
export function readQuestions(input: unknown): Question[] {
  const questions = isFields(input) && Array.isArray(input.questions) ? input.questions : [];
  const known = questions.flatMap((one): Question[] => {
    if (!isFields(one) || typeof one.question !== 'string') return [];
    const options = Array.isArray(one.options) ? one.options : [];
    return [
      {
        text: one.question,
        header: typeof one.header === 'string' ? one.header : null,
        options: options.flatMap((option) => {
          if (!isFields(option) || typeof option.label !== 'string') return [];
          const { label, description } = option;
          return [{ label, description: typeof description === 'string' ? description : null }];
        }),
        multiple: one.multiSelect === true,
      },
    ];
  });
  return known.length === questions.length ? known : [];
}

/** @returns the text of a plan, null if there is none */
export function readPlan(input: unknown): string | null {
  return isFields(input) && typeof input.plan === 'string' ? input.plan : null;
}

const PLACES: Readonly<Record<string, string>> = {
  session: 'in this session',
  localSettings: 'in this project, for you',
  projectSettings: 'in this project, for everybody',
  userSettings: 'in all your projects',
};

/** @returns what a suggested permission update allows from then on, in words; as JSON where it is not known */
export function suggestionWords(suggestion: unknown): string {
  if (!isFields(suggestion)) return asText(suggestion);
  const { type, rules, behavior, directories, mode, destination } = suggestion;
  const place = PLACES[String(destination)] ?? `in ${asText(destination)}`;
  const isRules = type === 'addRules' && behavior === 'allow' && Array.isArray(rules) && rules.length > 0;
  if (isRules) return `don’t ask again for ${rules.map(ruleWords).join(', ')} ${place}`;
  if (type === 'setMode' && typeof mode === 'string') return `switch to the mode ${mode} ${place}`;
  if (type === 'addDirectories' && Array.isArray(directories) && directories.length > 0) {
    return `allow access to ${directories.map(asText).join(', ')} ${place}`;
  }
  return `apply ${JSON.stringify(suggestion)}`;
}

function ruleWords(rule: unknown): string {
  if (!isFields(rule) || typeof rule.toolName !== 'string') return JSON.stringify(rule);
  return typeof rule.ruleContent === 'string' ? `${rule.toolName}(${rule.ruleContent})` : rule.toolName;
}

const ASKS: Record<PendingPermission['kind'], string> = {
  tool: 'asks for permission',
  question: 'asks a question',
  plan: 'asks for approval of a plan',
};

/** @returns what an agent wants, such as "asks for permission" */
export function askWords({ kind }: Pick<PendingPermission, 'kind'>): string {
  return ASKS[kind];
}
