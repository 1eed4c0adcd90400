/** Recognises in the lines of a transcript that a prompt was queued or taken. */
import { isObject } from '../../platform/json-shape';
import { compactText } from '../compact-text';

/** What to look for. */
export interface WantedPrompt {
  /** Of a message by the messaging socket; null for one that was typed. */
  msgId: string | null;
  /** As it was sent, or a command such as `/clear` or `!ls`. */
  text: string;
  isCommand: boolean;
}

/** `queued`: the session has it and reads it later. `taken`: it is in the conversation. */
export type PromptEvidence = 'queued' | 'taken';

/** @returns null if the line says nothing about the prompt */
export function promptEvidence(line: Record<string, unknown>, wanted: WantedPrompt): PromptEvidence | null {
  switch (line.type) {
    case 'queue-operation':
      return line.operation === 'enqueue' && hasText(line.content, wanted) ? 'queued' : null;
    case 'user':
    case 'system':
      return isTaken(line, line.type === 'user' ? messageText(line.message) : textOf(line.content), wanted);
    case 'attachment': {
      const { attachment } = line;
      if (!isObject(attachment) || attachment.type !== 'queued_command') return null;
      const said = [attachment.prompt, attachment.content, attachment.text].map(textOf).join('\n');
      return isTaken(attachment, said, wanted) ?? isTaken(line, said, wanted);
    }
    default:
      return null;
  }
}

function isTaken({ origin }: Record<string, unknown>, said: string, wanted: WantedPrompt): PromptEvidence | null {
  if (wanted.msgId !== null) return isObject(origin) && origin.msg_id === wanted.msgId ? 'taken' : null;
  if (isObject(origin) && origin.kind === 'peer') return null;
  return hasText(said, wanted) ? 'taken' : null;
}

function hasText(said: unknown, { text, isCommand }: WantedPrompt): boolean {
  const [heard, sent] = [compactText(textOf(said)), compactText(text)];
  if (!isCommand) return heard.includes(sent);
  if (heard === sent) return true;
  if (text.startsWith('!')) return heard.includes(compactText(`<bash-input>${text.slice(1)}</bash-input>`));
  const [name = '', ...words] = text.split(/\s+/);
  return heard.includes(`<command-name>${name}</command-name>`) && heard.includes(compactText(words.join(' ')));
}

function messageText(message: unknown): string {
  return isObject(message) ? textOf(message.content) : '';
}

/** @returns the text of a content: a text, or blocks of which some have one */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((block) => (isObject(block) && typeof block.text === 'string' ? block.text : '')).join('\n');
}
