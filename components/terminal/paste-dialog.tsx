import { counted } from '@/lib/client/text';
import { Dialog } from '../ui/dialog';
import { Revealed, Text } from '../ui/text';

interface PasteDialogProps {
  agent: string;
  text: string;
  onAnswer: (pasted: boolean) => void;
}

/** Shows a text of several lines before it is pasted into a terminal. */
export function PasteDialog({ agent, text, onAnswer }: PasteDialogProps) {
  return (
    <Dialog title={`Paste ${counted(text.split('\n').length, 'line')}?`} onClose={() => onAnswer(false)}>
      <div className="flex min-h-0 flex-col gap-3 px-5 py-4">
        <p>
          This goes into the composer of <Text value={agent} max={80} />. Enter is not pressed.
        </p>
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label="Text to paste"
          className="min-h-0 flex-1 overflow-y-auto rounded-sm bg-tint px-2 py-1"
        >
          <pre translate="no" className="wrap-anywhere whitespace-pre-wrap">
            <Revealed text={text} />
          </pre>
        </section>
        <p className="flex gap-2">
          <button
            type="button"
            className="cursor-pointer rounded-md bg-bad px-3 py-1 font-medium text-paper"
            onClick={() => onAnswer(true)}
          >
            Paste
          </button>
          <button type="button" className="quiet-button" onClick={() => onAnswer(false)}>
            Cancel
          </button>
        </p>
      </div>
    </Dialog>
  );
}
