import '@xterm/xterm/css/xterm.css';
import './terminal.css';
import { type ReactNode, type RefObject, use, useEffect, useEffectEvent, useRef, useState } from 'react';
import { mayAct, useMe } from '@/lib/client/commands';
import { Moment } from '@/lib/client/moment';
import type { Me } from '@/lib/contract/action-schemas';
import type { Agent } from '@/lib/contract/schemas';
import { Text } from '../ui/text';
import { PasteDialog } from './paste-dialog';
import { SearchBar } from './search-bar';
import { handleKey } from './terminal-keys';
import { TerminalNoticeBar } from './terminal-notice';
import { TerminalToolbar } from './terminal-toolbar';
import { dialogNotice, foregroundNotice, terminalNotice } from './terminal-words';
import { TypingBar } from './typing-bar';
import { useDrawnTerminal } from './use-drawn-terminal';
import { useTyping } from './use-typing';

interface AgentTerminalProps {
  agent: string;
  /** Undefined where the agent is not listed. */
  entry: Agent | undefined;
  /** The commands that bring another terminal to its pane. */
  children: ReactNode;
}

/** The live terminal of an agent; at a past moment the reason why there is none. */
export function AgentTerminal({ agent, entry, children }: AgentTerminalProps) {
  const past = use(Moment) !== null;
  if (past) {
    return (
      <p className="px-4 py-6 text-muted">
        This is a past moment, and terminals are not recorded. Go back to live to see the terminal.
      </p>
    );
  }
  return (
    <LiveTerminal key={agent} agent={agent} entry={entry}>
      {children}
    </LiveTerminal>
  );
}

function LiveTerminal({ agent, entry, children }: AgentTerminalProps) {
  const me = useMe();
  const allowed = mayAct(me, 'terminal');
  const [search, setSearch] = useState<string | null>(null);
  const section = useRef<HTMLElement>(null);
  const drawn = useDrawnTerminal({
    agent,
    onTyped: (data) => typing.type(data),
    onPaste: (text) => typing.paste(text),
    onKey: (event) =>
      handleKey(event, {
        terminal: drawn.terminal.current,
        typing: typing.on,
        search: () => setSearch((text) => text ?? ''),
        refuse: (key) => typing.refuse(key),
        leave: () => {
          typing.stop();
          // Not the button that starts it again: a blank would press it.
          section.current?.focus();
        },
      }),
  });
  const { status, terminal } = drawn;
  const isOpen = status.state?.state === 'open' && status.link === 'live';
  const foreground = isOpen ? foregroundNotice(status.state) : null;
  const blocked = foreground?.blocks === true;
  const typing = useTyping({ agent, view: status.view, allowed: allowed && isOpen && !blocked });
  useEffect(() => terminal.current?.setTyping(typing.on), [terminal, typing.on]);
  useUnseen(section, typing.on, typing.stop);
  useEffect(() => {
    if (!document.activeElement?.matches('input, textarea, select')) terminal.current?.focus();
  }, [terminal]);
  const notice = terminalNotice(status);
  const find = (text: string, way: 'next' | 'previous', incremental = false) => {
    setSearch(text);
    terminal.current?.find(text, way, incremental);
  };
  const closeSearch = () => {
    setSearch(null);
    terminal.current?.find('', 'next');
    terminal.current?.focus();
  };
  return (
    <section
      ref={section}
      aria-label={`Terminal of ${agent}`}
      data-terminal
      tabIndex={-1}
      className="flex min-h-0 flex-1 flex-col outline-none"
    >
      <TerminalToolbar
        drawn={drawn}
        dialog={dialogNotice(entry, status)}
        searching={search !== null}
        onSearch={() => setSearch((text) => text ?? '')}
      />
      {search !== null && (
        <SearchBar
          text={search}
          results={drawn.results}
          onText={(text) => find(text, 'next', true)}
          onStep={(way) => find(search, way)}
          onClose={closeSearch}
        />
      )}
      {notice && <TerminalNoticeBar notice={notice}>{children}</TerminalNoticeBar>}
      {foreground && (
        <p
          role="status"
          className={`wrap-anywhere shrink-0 border-line border-b px-3 py-1 max-md:px-4 ${foreground.blocks ? 'text-warn' : 'text-muted'}`}
        >
          <Text value={foreground.text} max={300} prose />
        </p>
      )}
      {typing.on && (
        <p role="status" className="shrink-0 bg-bad px-3 py-1 text-paper max-md:px-4">
          What you type goes to <Text value={agent} max={80} />. Ctrl+Shift+Enter stops it and leaves the terminal.
        </p>
      )}
      <div
        ref={drawn.scroller}
        className={`terminal-scroller ${typing.on ? 'typing' : ''} ${notice?.instead ? 'hidden' : ''}`}
      >
        <div ref={drawn.place} className="w-max" />
        <span ref={drawn.probe} className="font-mono" aria-hidden="true" />
      </div>
      {!notice?.instead && (
        <TypingBar
          {...{ agent, typing }}
          view={status.view}
          hindrance={hindranceOf(me, isOpen, blocked)}
          onStart={() => terminal.current?.focus()}
        />
      )}
      {!notice && (
        <details className="shrink-0 border-line border-t px-3 py-1 max-md:px-4">
          <summary className="w-fit cursor-pointer text-muted hover:text-ink">
            Commands that open it in a terminal of your own
          </summary>
          {children}
        </details>
      )}
      {typing.asked !== null && <PasteDialog agent={agent} text={typing.asked} onAnswer={typing.answer} />}
    </section>
  );
}

/** Calls back when an element is not shown any more, such as behind another tab of a narrow screen, while it matters. */
function useUnseen(place: RefObject<HTMLElement | null>, matters: boolean, onUnseen: () => void): void {
  const leave = useEffectEvent(onUnseen);
  useEffect(() => {
    if (!matters || !place.current) return;
    const observer = new IntersectionObserver((seen) => {
      if (seen.at(-1)?.isIntersecting === false) leave();
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [place, matters]);
}

/** @returns why nothing can be typed now, a sentence; null where it can */
function hindranceOf(me: Me | null, isOpen: boolean, blocked: boolean): string | null {
  if (me === null) return 'Whether you may type into it is not known yet.';
  if (!mayAct(me, 'terminal')) return `You can only watch. ${me.reason ?? ''}`.trim();
  if (blocked) return 'Bring Claude Code to the foreground there (fg in its shell) to type into it.';
  return isOpen ? null : 'You can type into it once it is shown live.';
}
