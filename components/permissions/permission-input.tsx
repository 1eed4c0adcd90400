import { type ReactNode, useMemo, useState } from 'react';
import { counted, truncated } from '@/lib/client/text';
import Markdown from '../messages/markdown';
import { Text } from '../ui/text';
import { TextBlocks } from '../ui/text-blocks';
import { allAdded, type DiffPart, lineDiff } from './line-diff';
import { readPlan, readToolInput } from './tool-input';

/** In UTF-16 units: more is shown on request. */
const MAX_SHOWN_LENGTH = 6000;

/** What a tool is about to do, in full. */
export function PermissionInput({ input }: { input: unknown }) {
  const shown = useMemo(() => readToolInput(input), [input]);
  switch (shown.kind) {
    case 'none':
      return <p className="text-muted">The input is not known here: it was too long to keep. The terminal shows it.</p>;
    case 'json':
      return <Code label="Input" text={shown.text} />;
    case 'command':
      return (
        <>
          {shown.description !== null && (
            <p className="wrap-anywhere text-muted">
              <Text value={shown.description} max={1000} prose />
            </p>
          )}
          <Code label="Command" text={shown.command} />
          <More text={shown.more} />
        </>
      );
    case 'file':
      return (
        <>
          <Path words="Writes the whole file" path={shown.path} />
          <Diff label={`Content of ${shown.path}`} before={null} after={shown.content} />
          <More text={shown.more} />
        </>
      );
    case 'edits':
      return (
        <>
          <Path
            words={shown.edits.length === 1 ? 'Changes' : `Changes ${shown.edits.length} places of`}
            path={shown.path}
          />
          {shown.edits.map(({ before, after }, place) => (
            <Diff
              // biome-ignore lint/suspicious/noArrayIndexKey: the edits of one request never change
              key={place}
              label={`Change ${place + 1} of ${shown.path}`}
              before={before}
              after={after}
            />
          ))}
          <More text={shown.more} />
        </>
      );
  }
}

/** A plan as its author formatted it. */
export function Plan({ input }: { input: unknown }) {
  const plan = readPlan(input);
  if (plan === null || plan.trim() === '') return <PermissionInput input={input} />;
  return (
    <div className="wrap-anywhere rounded-md border border-line px-3 py-2">
      <Markdown text={plan} />
    </div>
  );
}

function Path({ words, path }: { words: string; path: string }) {
  return (
    <p className="wrap-anywhere">
      <span className="text-muted">{words} </span>
      <code translate="no">
        <Text value={path} max={2000} />
      </code>
    </p>
  );
}

function More({ text }: { text: string | null }) {
  return text === null ? null : <Code label="Further input" text={text} />;
}

/** Text as written, its invisible characters made visible. */
function Code({ label, text }: { label: string; text: string }) {
  const { shown, button } = useFold(text);
  return (
    <Box label={label} button={button}>
      <TextBlocks text={shown} />
    </Box>
  );
}

const COLOURS: Record<DiffPart['sign'], string> = {
  '-': 'bg-bad/10 text-bad',
  '+': 'bg-good/10 text-good',
  ' ': 'text-muted',
};

/** @param before null for a file that is written as a whole: what it contains now is not known here */
function Diff({ label, before, after }: { label: string; before: string | null; after: string }) {
  const parts = useMemo(() => (before === null ? allAdded(after) : lineDiff(before, after)), [before, after]);
  const length = parts.reduce((sum, { text }) => sum + text.length, 0);
  const [open, setOpen] = useState(false);
  const isCut = length > MAX_SHOWN_LENGTH && !open;
  return (
    <Box label={label} button={isCut ? <ShowAll length={length} onShow={() => setOpen(true)} /> : null}>
      {parts.length === 0 && <p className="text-muted">Empty.</p>}
      {(isCut ? startOf(parts) : parts).map(({ sign, text }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one change have no other identity
        <div key={place} className={COLOURS[sign]}>
          <TextBlocks text={text} />
        </div>
      ))}
    </Box>
  );
}

function startOf(parts: readonly DiffPart[]): DiffPart[] {
  let room = MAX_SHOWN_LENGTH;
  return parts.flatMap(({ sign, text }) => {
    const shown = truncated(text, Math.max(0, room));
    room -= text.length;
    return shown === '' ? [] : [{ sign, text: shown }];
  });
}

function useFold(text: string) {
  const [open, setOpen] = useState(false);
  const isCut = text.length > MAX_SHOWN_LENGTH && !open;
  const shown = isCut ? truncated(text, MAX_SHOWN_LENGTH) : text;
  return { shown, button: isCut ? <ShowAll length={text.length} onShow={() => setOpen(true)} /> : null };
}

function ShowAll({ length, onShow }: { length: number; onShow: () => void }) {
  return (
    <p className="font-medium text-warn">
      Only the first {counted(MAX_SHOWN_LENGTH, 'character')} of {counted(length, 'character')} are shown.{' '}
      <button type="button" className="link" onClick={onShow}>
        Show all
      </button>
    </p>
  );
}

function Box({ label, button, children }: { label: string; button: ReactNode; children: ReactNode }) {
  return (
    <div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form */}
      <div
        role="group"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        translate="no"
        className="wrap-anywhere max-h-80 overflow-y-auto rounded-md bg-tint px-3 py-2 font-mono"
      >
        {children}
      </div>
      {button}
    </div>
  );
}
