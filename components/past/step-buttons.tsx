import { useState } from 'react';
import type { PastPlayer } from '@/components/past/past-player';
import { exactNow } from '@/lib/client/clock';
import { useShortcut } from '@/lib/client/shortcuts';
import { IconButton } from '../ui/icon-button';
import { SkipBack, SkipForward } from '../ui/more-icons';

const STEPS = [
  { direction: -1, label: 'Previous change', keys: ',', icon: SkipBack, none: 'No earlier change is known.' },
  { direction: 1, label: 'Next change', keys: '.', icon: SkipForward, none: 'No later change is known.' },
] as const;
type Step = (typeof STEPS)[number];

interface StepButtonsProps {
  moment: number;
  player: PastPlayer;
}

/** Buttons that go to the previous or the next change of the swarm: a message, a lock, a task, a change of health. */
export function StepButtons({ moment, player }: StepButtonsProps) {
  const [said, setSaid] = useState<string | null>(null);
  const [stepping, setStepping] = useState(false);
  const go = async ({ direction, none }: Step) => {
    // While a key is held down, each step starts where the previous one ended.
    if (stepping) return;
    setStepping(true);
    setSaid(null);
    player.pause();
    try {
      // Loaded on use: most visits never step through changes.
      const { changeBeside } = await import('@/components/past/past-changes');
      const next = await changeBeside(moment, direction, { latest: exactNow() });
      if (next === null) setSaid(none);
      else player.goTo(next);
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    } finally {
      setStepping(false);
    }
  };
  return (
    <div className="flex shrink-0 items-center">
      {STEPS.map((step) => (
        <StepButton key={step.label} step={step} onGo={() => void go(step)} />
      ))}
      <span role="status" className="text-muted not-empty:pl-2">
        {said}
      </span>
    </div>
  );
}

function StepButton({ step: { label, keys, icon }, onGo }: { step: Step; onGo: () => void }) {
  useShortcut(keys, `${label}: a message, a lock, a task or a change of health`, onGo, { group: 'Past' });
  return <IconButton label={label} keys={keys} icon={icon} onClick={onGo} />;
}
