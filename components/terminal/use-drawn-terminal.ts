import { type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react';
import { pageTerminals } from '@/lib/client/page-terminals';
import { readStored, store } from '@/lib/client/storage';
import { NO_STATUS, type TerminalStatus } from '@/lib/client/terminal-link';
import { onThemeChange } from '@/lib/client/theme-change';
import { DrawnTerminal, type SearchResults } from './drawn-terminal';
import { type FontChoice, fittingSize, readFontChoice, steppedSize, storeFontChoice } from './font-size';
import { terminalTheme } from './terminal-theme';

const READER_STORED = 'swarm_terminal_reader';
/** The space around the screen, in CSS pixels. */
const PADDING = 16;

interface DrawnOptions {
  agent: string;
  onTyped: (data: string) => void;
  onPaste: (text: string) => void;
  /** @returns whether the key press is for the terminal */
  onKey: (event: KeyboardEvent) => boolean;
}

export interface Drawn {
  /** The element that scrolls, and the one that the terminal is drawn into. */
  scroller: RefObject<HTMLDivElement | null>;
  place: RefObject<HTMLDivElement | null>;
  /** An element without size, for reading colours. */
  probe: RefObject<HTMLSpanElement | null>;
  terminal: RefObject<DrawnTerminal | null>;
  status: TerminalStatus;
  results: SearchResults;
  font: { choice: FontChoice; size: number; step: (step: 1 | -1) => void; fit: () => void };
  reader: { on: boolean; set: (on: boolean) => void };
}

/** Draws the live terminal of an agent while it is mounted. Another agent needs another mount. */
export function useDrawnTerminal(options: DrawnOptions): Drawn {
  const { agent } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  const terminal = useRef<DrawnTerminal>(null);
  const [status, setStatus] = useState<TerminalStatus>(NO_STATUS);
  const [results, setResults] = useState<SearchResults>({ index: -1, count: 0 });
  const [choice, setChoice] = useState<FontChoice>(readFontChoice);
  const [size, setSize] = useState<number>(() => (choice === 'fit' ? 12 : choice));
  const [reader, setReader] = useState(() => readStored(READER_STORED) === 'on');

  const fit = useEffectEvent(() => {
    const room = scroller.current;
    const drawn = terminal.current;
    const character = drawn?.characterSize() ?? null;
    if (!room || !drawn || character === null || choice !== 'fit') return;
    const free = { width: room.clientWidth - PADDING, height: room.clientHeight - PADDING };
    if (free.width > 0 && free.height > 0) setSize(fittingSize(free, drawn, character));
  });
  const onSize = useEffectEvent(() => {
    fit();
    // The newest lines are at the end.
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  });
  const onTyped = useEffectEvent(options.onTyped);
  const onPaste = useEffectEvent(options.onPaste);
  const onKey = useEffectEvent(options.onKey);
  const first = useEffectEvent(() => ({ fontSize: size, screenReader: reader }));

  useEffect(() => {
    const [element, colours] = [place.current, probe.current];
    if (!element || !colours) return;
    const link = pageTerminals();
    const drawn = new DrawnTerminal(element, {
      ...first(),
      theme: terminalTheme(colours),
      fontFamily: getComputedStyle(colours).fontFamily,
      onTyped: (data) => onTyped(data),
      onPaste: (text) => onPaste(text),
      onKey: (event) => onKey(event),
      onSize: () => onSize(),
      onBehind: () => link.refresh(agent),
      onResults: setResults,
    });
    terminal.current = drawn;
    const leave = link.watch(agent, { mode: 'live', onStatus: setStatus, onAct: (act) => drawn.draw(act) });
    const endTheme = onThemeChange(() => drawn.setTheme(terminalTheme(colours)));
    const resized = new ResizeObserver(() => fit());
    if (scroller.current) resized.observe(scroller.current);
    return () => {
      leave();
      endTheme();
      resized.disconnect();
      terminal.current = null;
      drawn.dispose();
    };
  }, [agent]);
  useEffect(() => terminal.current?.setFontSize(size), [size]);
  useEffect(() => terminal.current?.setScreenReader(reader), [reader]);
  useEffect(() => {
    if (choice === 'fit') fit();
  }, [choice]);

  const choose = (next: FontChoice) => {
    setChoice(next);
    storeFontChoice(next);
    if (next !== 'fit') setSize(next);
  };
  return {
    ...{ scroller, place, probe, terminal, status, results },
    font: { choice, size, step: (step) => choose(steppedSize(size, step)), fit: () => choose('fit') },
    reader: {
      on: reader,
      set: (on) => {
        store(READER_STORED, on ? 'on' : 'off');
        setReader(on);
      },
    },
  };
}
