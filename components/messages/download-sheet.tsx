import { useEffect, useRef, useState } from 'react';
import { type Download, type DownloadFormat, download, MAX_DOWNLOADED } from '@/components/messages/download';
import { counted, formatCount } from '@/lib/client/text';

interface DownloadSheetProps {
  /** The filter, as `choiceQuery` gives it. */
  choice: string;
}

const FORMATS: readonly [format: DownloadFormat, name: string, use: string][] = [
  ['jsonl', 'JSON lines', 'every field, one message per line'],
  ['csv', 'CSV', 'for spreadsheets'],
];

/** Saves all messages that match the filter, not only the loaded ones. */
export default function DownloadSheet({ choice }: DownloadSheetProps) {
  const [said, setSaid] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => () => running.current?.abort(), []);

  const start = async (format: DownloadFormat) => {
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    setSaid('Loading…');
    try {
      const onProgress = (count: number) => setSaid(`Loading… ${counted(count, 'message')}`);
      const result = await download({ choice, format, signal: controller.signal, onProgress });
      save(result);
      setSaid(
        result.cut
          ? `Saved the newest ${formatCount(result.count)}; there are more. Narrow the filter to get the others.`
          : `Saved ${counted(result.count, 'message')}.`,
      );
    } catch (error) {
      if (controller.signal.aborted) setSaid('Stopped. Nothing was saved.');
      else setSaid(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };

  return (
    <div className="space-y-2">
      <p className="text-muted">
        {choice === '' ? 'All messages kept' : 'All messages that match the filter'}, at most{' '}
        {formatCount(MAX_DOWNLOADED)}.
      </p>
      <div className="flex flex-col gap-1">
        {FORMATS.map(([format, name, use]) => (
          <button
            key={format}
            type="button"
            disabled={busy}
            onClick={() => void start(format)}
            className="choice-button"
          >
            <span className="text-ink">{name}</span> {use}
          </button>
        ))}
      </div>
      {busy && (
        <button type="button" className="link" onClick={() => running.current?.abort()}>
          Stop
        </button>
      )}
      <p role="status">{said}</p>
    </div>
  );
}

function save({ blob, name }: Download): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Revoked later than needed: the browser has opened the file once the click is handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
