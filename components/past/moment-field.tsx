import { useState } from 'react';
import { fieldValue, readField } from '@/lib/client/past-controls';
import { isComposing } from '@/lib/client/shortcuts';
import { useZone } from '../ui/time';

interface MomentFieldProps {
  moment: number;
  onGo: (moment: number) => void;
}

/** Date and time to the second, in the viewer's zone. Takes effect when the entry is complete. */
export function MomentField({ moment, onGo }: MomentFieldProps) {
  const zone = useZone();
  const [typed, setTyped] = useState<string | null>(null);
  const go = () => {
    const read = typed === null ? null : readField(typed);
    setTyped(null);
    if (read !== null) onGo(read);
  };
  return (
    <input
      type="datetime-local"
      aria-label="Date and time"
      title="Date and time in your zone; Enter goes there"
      step={1}
      value={typed ?? fieldValue(moment, zone === 'UTC' ? zone : undefined)}
      onChange={({ target }) => setTyped(target.value)}
      onBlur={go}
      onKeyDown={(event) => {
        if (isComposing(event.nativeEvent)) return;
        if (event.key === 'Enter') go();
        if (event.key === 'Escape' && typed !== null) {
          event.preventDefault();
          setTyped(null);
        }
      }}
      className="past-field rounded-sm bg-paper px-1"
    />
  );
}
