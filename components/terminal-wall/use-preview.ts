import { type RefObject, useEffect, useRef, useState } from 'react';
import { terminalTheme } from '@/components/terminal/terminal-theme';
import { pageTerminals } from '@/lib/client/page-terminals';
import { NO_STATUS, type TerminalStatus } from '@/lib/client/terminal-link';
import { onThemeChange } from '@/lib/client/theme-change';
import { TerminalPreview } from './terminal-preview';

interface Preview {
  canvas: RefObject<HTMLCanvasElement | null>;
  /** An element without size, for reading colours. */
  probe: RefObject<HTMLSpanElement | null>;
  status: TerminalStatus;
}

/** Draws the preview of an agent's terminal while it is mounted. Another agent needs another mount. */
export function usePreview(agent: string): Preview {
  const canvas = useRef<HTMLCanvasElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  const [status, setStatus] = useState<TerminalStatus>(NO_STATUS);
  useEffect(() => {
    const [picture, colours] = [canvas.current, probe.current];
    if (!picture || !colours) return;
    const looks = () => ({ theme: terminalTheme(colours), fontFamily: getComputedStyle(colours).fontFamily });
    const preview = new TerminalPreview(picture, looks());
    const leave = pageTerminals().watch(agent, {
      mode: 'preview',
      onStatus: setStatus,
      onAct: (act) => preview.draw(act),
    });
    const endTheme = onThemeChange(() => preview.setLooks(looks()));
    const resized = new ResizeObserver(() => preview.resized());
    resized.observe(picture);
    return () => {
      leave();
      endTheme();
      resized.disconnect();
      preview.dispose();
    };
  }, [agent]);
  return { canvas, probe, status };
}
