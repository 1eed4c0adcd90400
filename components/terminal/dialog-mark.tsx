import { Text } from '../ui/text';
import type { DialogNotice } from './terminal-words';

/** That an agent waits at a dialog, as only its screen shows it, in one line. */
export function DialogMark({ question, evidence }: DialogNotice) {
  return (
    <span title={evidence} className="min-w-28 shrink-999 truncate text-bad">
      waits at a dialog
      {question !== null && (
        <>
          : <Text value={question} max={160} prose />
        </>
      )}
    </span>
  );
}
