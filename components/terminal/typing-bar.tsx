import type { TerminalView } from '@/lib/contract/terminal-schemas';
import { X } from '../ui/more-icons';
import { Text } from '../ui/text';
import { TypingRecord } from './typing-record';
import type { Typing } from './use-typing';

interface TypingBarProps {
  agent: string;
  typing: Typing;
  view: TerminalView | null;
  /** Why nothing can be typed now, a sentence; null where it can. */
  hindrance: string | null;
  /** Brings the focus into the terminal. */
  onStart: () => void;
}

/** Typing into the terminal: the switch, the keys as buttons, how the last input ended, and who typed last. */
export function TypingBar(props: TypingBarProps) {
  const { agent, typing, view, hindrance, onStart } = props;
  return (
    <section
      aria-label="Typing"
      className="max-h-[45%] shrink-0 overflow-y-auto border-line border-t px-3 py-1.5 max-md:px-4"
    >
      {hindrance === null ? (
        <div className="flex flex-wrap items-center gap-1.5">
          <button
            type="button"
            aria-pressed={typing.on}
            className={`quiet-button border ${typing.on ? 'border-bad text-bad' : 'border-line text-ink'}`}
            onClick={() => {
              if (typing.on) {
                typing.stop();
                return;
              }
              typing.start();
              onStart();
            }}
          >
            {typing.on ? 'Stop typing' : <>Type into {<Text value={agent} max={40} />}</>}
          </button>
          {typing.on && <KeyButtons typing={typing} view={view} />}
        </div>
      ) : (
        <p className="flex min-h-7 items-center text-muted">{hindrance}</p>
      )}
      {typing.failure !== null && (
        <div className="mt-1 flex items-center gap-2">
          <p role="alert" className="wrap-anywhere text-bad">
            {typing.failure}
          </p>
          <button
            type="button"
            aria-label="Dismiss"
            title="Dismiss"
            className="icon-button size-5"
            onClick={typing.dismiss}
          >
            <X className="size-3.5" />
          </button>
        </div>
      )}
      {typing.said !== null && (
        <p role="status" className="wrap-anywhere mt-1 text-muted">
          {typing.said}
        </p>
      )}
      <TypingRecord agent={agent} />
    </section>
  );
}

/** The keys that act on what is on the screen; a digit only with the option that it chooses. */
function KeyButtons({ typing, view }: { typing: Typing; view: TerminalView | null }) {
  const key = 'quiet-button border border-line text-ink';
  return (
    <>
      <button type="button" className={key} onClick={typing.interrupt}>
        Interrupt
      </button>
      <button type="button" className={key} onClick={() => typing.press('Enter')}>
        Enter
      </button>
      <button type="button" className={key} onClick={() => typing.press('Escape')}>
        Escape
      </button>
      {view?.dialog?.options.map(({ key: digit, label }) => (
        <button
          key={digit}
          type="button"
          className="choice-button wrap-anywhere"
          onClick={() => typing.press(digit, label)}
        >
          <kbd className="kbd">{digit}</kbd> <Text value={label} max={120} />
        </button>
      ))}
    </>
  );
}
