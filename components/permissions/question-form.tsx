import { useId } from 'react';
import { Text } from '../ui/text';
import type { Question } from './tool-input';

/** What was chosen for one question, and what was written instead or in addition. */
export interface Draft {
  chosen: readonly string[];
  written: string;
}

const EMPTY: Draft = { chosen: [], written: '' };

/** By the place of each question. */
export type Drafts = readonly Draft[];

/**
 * @returns the answers by the text of their questions; null while a question is open
 */
export function answersFrom(questions: readonly Question[], drafts: Drafts): Record<string, string[]> | null {
  const answers = questions.map(({ text }, place): [string, string[]] => {
    const { chosen, written } = drafts[place] ?? EMPTY;
    return [text, [...chosen, ...(written.trim() === '' ? [] : [written.trim()])]];
  });
  return answers.length === 0 || answers.some(([, given]) => given.length === 0) ? null : Object.fromEntries(answers);
}

interface QuestionFormProps {
  questions: readonly Question[];
  drafts: Drafts;
  /** Null if the reader may not answer, or it is over. */
  onChange: ((drafts: Drafts) => void) | null;
}

/** The questions with their options; each also takes any text. */
export function QuestionForm({ questions, drafts, onChange }: QuestionFormProps) {
  const set = (place: number, draft: Draft) =>
    onChange?.(questions.map((_, index) => (index === place ? draft : (drafts[index] ?? EMPTY))));
  return questions.map((question, place) => (
    <QuestionField
      // biome-ignore lint/suspicious/noArrayIndexKey: the questions of one request never change
      key={place}
      question={question}
      draft={drafts[place] ?? EMPTY}
      onChange={onChange && ((draft) => set(place, draft))}
    />
  ));
}

interface QuestionFieldProps {
  question: Question;
  draft: Draft;
  onChange: ((draft: Draft) => void) | null;
}

function QuestionField({ question, draft, onChange }: QuestionFieldProps) {
  const { text, options, multiple } = question;
  const name = useId();
  const choose = (label: string, checked: boolean) => {
    const others = multiple ? draft.chosen.filter((one) => one !== label) : [];
    // One answer only: what was written would be a second one.
    onChange?.({ chosen: checked ? [...others, label] : others, written: multiple ? draft.written : '' });
  };
  const write = (written: string) =>
    onChange?.({ chosen: multiple || written.trim() === '' ? draft.chosen : [], written });
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="wrap-anywhere mb-1 font-medium">
        <Text value={text} max={5000} prose />
      </legend>
      {options.map(({ label, description }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: labels may be the same
        <label key={place} className="wrap-anywhere flex items-baseline gap-2">
          <input
            type={multiple ? 'checkbox' : 'radio'}
            name={name}
            checked={draft.chosen.includes(label)}
            disabled={onChange === null}
            className="relative top-0.5 shrink-0"
            onChange={(event) => choose(label, event.target.checked)}
          />
          <span>
            <Text value={label} max={1000} prose />
            {description !== null && description !== label && (
              <span className="text-muted">
                {' '}
                · <Text value={description} max={2000} prose />
              </span>
            )}
          </span>
        </label>
      ))}
      {onChange !== null && (
        <input
          type="text"
          aria-label={`Another answer to: ${text.slice(0, 200)}`}
          placeholder={multiple ? 'Add another answer' : 'Or write another answer'}
          maxLength={5000}
          value={draft.written}
          onChange={(event) => write(event.target.value)}
          className="h-7 w-full rounded-md border border-line bg-paper px-2"
        />
      )}
    </fieldset>
  );
}
