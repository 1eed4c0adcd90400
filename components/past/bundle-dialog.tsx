import { use, useEffect, useRef, useState } from 'react';
import { request } from '@/lib/client/api';
import { ApiError } from '@/lib/client/api-error';
import { served } from '@/lib/client/base-path';
import { exactNow } from '@/lib/client/clock';
import { Moment } from '@/lib/client/moment';
import { bundlePath, fieldValue, readField } from '@/lib/client/past-controls';
import { Dialog } from '../ui/dialog';

const MINUTE = 60_000;
const SPANS: readonly [name: string, length: number][] = [
  ['15 min', 15 * MINUTE],
  ['1 hour', 60 * MINUTE],
  ['24 hours', 1440 * MINUTE],
  ['7 days', 7 * 1440 * MINUTE],
];

/** Exports a time range as one file that another dashboard can open. */
export function BundleDialog({ onClose }: { onClose: () => void }) {
  const moment = use(Moment);
  const [until, setUntil] = useState(() => Math.floor((moment ?? exactNow()) / 1000) * 1000);
  const [since, setSince] = useState(until - 60 * MINUTE);
  const [blank, setBlank] = useState(false);
  const [said, save] = useSaving();
  return (
    <Dialog title="Export this time range" onClose={onClose}>
      <form
        className="space-y-3 overflow-y-auto px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault();
          save(bundlePath({ since, until, blank }));
        }}
      >
        <p className="text-muted">
          Saves agents, locks and messages of this time range as one file. Any dashboard opens it with{' '}
          <code translate="no">npm start -- --open FILE</code>.
        </p>
        <fieldset className="space-y-1">
          <legend className="mb-1 text-muted">The last … before the end</legend>
          <div className="flex flex-wrap gap-1">
            {SPANS.map(([name, length]) => (
              <button
                key={name}
                type="button"
                aria-pressed={until - since === length}
                onClick={() => setSince(until - length)}
                className={`quiet-button border border-line ${until - since === length ? 'text-accent' : ''}`}
              >
                {name}
              </button>
            ))}
          </div>
        </fieldset>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          <Field label="From" value={since} onChange={setSince} />
          <Field label="Until" value={until} onChange={setUntil} />
        </div>
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={blank} onChange={({ target }) => setBlank(target.checked)} />
          Leave out texts (messages, reasons, tasks). Names, times and paths stay.
        </label>
        <p className="flex flex-wrap items-center gap-3">
          <button
            type="submit"
            className="cursor-pointer rounded-md bg-accent px-3 py-1 font-medium text-paper disabled:cursor-default"
          >
            Save the file
          </button>
          <span role="status">{said}</span>
        </p>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
}

function Field({ label, value, onChange }: FieldProps) {
  return (
    <label className="flex items-center gap-2">
      <span className="w-8">{label}</span>
      <input
        type="datetime-local"
        step={1}
        required
        value={fieldValue(value)}
        onChange={({ target }) => {
          const read = readField(target.value);
          if (read !== null) onChange(read);
        }}
        className="past-field rounded-sm bg-paper px-1"
      />
    </label>
  );
}

/** @returns the state of the last export in words, and a function that exports a path */
function useSaving(): [string | null, (path: string) => void] {
  const [said, setSaid] = useState<string | null>(null);
  const asked = useRef<AbortController | null>(null);
  useEffect(() => () => asked.current?.abort(), []);
  const save = async (path: string) => {
    asked.current?.abort();
    const asking = new AbortController();
    asked.current = asking;
    setSaid('Checking…');
    try {
      // Requested first: the browser would save an error of the server as the file.
      await request(path, { signal: asking.signal, failure: 'Could not export this time range' });
      asking.abort();
      const link = document.createElement('a');
      link.href = served(path);
      link.download = '';
      link.click();
      setSaid('The browser is saving the file.');
    } catch (error) {
      if (error instanceof ApiError) setSaid(error.message);
    }
  };
  return [said, (path) => void save(path)];
}
