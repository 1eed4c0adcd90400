import { type FormEvent, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useMe } from '@/lib/client/commands';
import { forgetKey, keepKey, refreshOperator, storedKey } from '@/lib/client/operator';
import { useCommand } from '@/lib/client/shortcuts';
import type { ConnectionState } from '@/lib/client/stream-client';
import type { Me } from '@/lib/contract/action-schemas';
import { Dialog } from '../ui/dialog';
import { Eye, KeyRound } from '../ui/more-icons';

/**
 * Says whether the viewer may act, and opens what explains it and changes it.
 *
 * @param connection of the stream: when it is back, the server may be another one
 */
export function OperatorMenu({ connection }: { connection: ConnectionState }) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  useCommand('Show whether you can act', () => setOpen(true));
  const lost = useRef(false);
  useEffect(() => {
    if (connection === 'live' && lost.current) void refreshOperator();
    lost.current = connection === 'reconnecting';
  }, [connection]);
  const can = me !== null && me.actions.length > 0;
  const label = me === null ? 'Whether you can act is not known yet' : standing(me);
  const Icon = can ? KeyRound : Eye;
  return (
    <>
      <button
        type="button"
        aria-label={label}
        aria-haspopup="dialog"
        title={label}
        data-acts={me === null ? undefined : can}
        onClick={() => setOpen(true)}
        className={`icon-button ${can ? 'text-good' : ''}`}
      >
        <Icon className="size-4" />
      </button>
      {/* Outside of the banner, which contains no other landmark. */}
      {open && createPortal(<OperatorDialog me={me} onClose={() => setOpen(false)} />, document.body)}
    </>
  );
}

/** @returns what the viewer may do, in a few words */
function standing({ actions, name }: Me): string {
  if (actions.length === 0) return 'Read only';
  return name === null ? 'You can act' : `You can act as ${name}`;
}

function OperatorDialog({ me, onClose }: { me: Me | null; onClose: () => void }) {
  const can = me !== null && me.actions.length > 0;
  // Read at each render: the answer of the server follows each change of the key.
  const kept = storedKey() !== null;
  return (
    <Dialog title={me === null ? 'Acting' : standing(me)} onClose={onClose}>
      <div className="space-y-3 overflow-y-auto px-5 py-4">
        {me === null && <p>The server has not said yet whether you can act.</p>}
        {can && <p>Commands that you can send: {me.actions.join(', ')}. Each is recorded under your name.</p>}
        {me?.reason && <p className="wrap-anywhere">{me.reason}</p>}
        {me?.via === 'basic' && <p className="text-muted">You signed in with a user name and a password.</p>}
        {me?.via === 'token' && <p className="text-muted">You signed in with a token.</p>}
        {kept && <KeptKey used={me?.via === 'operator_key'} />}
        {me?.accepts_key && <KeyField />}
      </div>
    </Dialog>
  );
}

function KeptKey({ used }: { used: boolean }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <p className="text-muted">
        {used
          ? 'This browser keeps the operator key for this address.'
          : 'This browser keeps an operator key for this address, which has no effect now.'}
      </p>
      <button type="button" onClick={forgetKey} className="quiet-button border border-line">
        Forget this key
      </button>
    </div>
  );
}

/** For a browser that was not opened by the link. */
function KeyField() {
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const use = (event: FormEvent) => {
    event.preventDefault();
    const isKept = keepKey(text);
    setWrong(!isKept);
    if (isKept) setText('');
  };
  return (
    <form onSubmit={use} className="space-y-1">
      <label className="block">
        <span className="text-muted">Operator key, or the link with it</span>
        <span className="mt-1 flex flex-wrap gap-2">
          <input
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            value={text}
            aria-invalid={isWrong}
            onChange={({ target }) => setText(target.value)}
            className="h-7 min-w-0 flex-1 rounded-md border border-line bg-paper px-2"
          />
          <button type="submit" className="quiet-button border border-line">
            Use this key
          </button>
        </span>
      </label>
      {isWrong && (
        <p role="alert" className="text-bad">
          This text has no operator key. Copy the whole link, or the whole content of the key file.
        </p>
      )}
    </form>
  );
}
