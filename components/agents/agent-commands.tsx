import { use } from 'react';
import { CommandRow } from '@/components/commands/command-row';
import { useCommands } from '@/components/commands/use-commands';
import type { Address } from '@/lib/client/address';
import { Moment } from '@/lib/client/moment';
import { isoOf } from '@/lib/client/spans';
import { DetailPart } from '../ui/detail-part';

const MAX_COMMANDS = 5;

interface AgentCommandsProps {
  id: string;
  onGo: (to: Partial<Address>) => void;
}

/** The newest commands about an agent; nothing where there are none. */
export function AgentCommands({ id, onGo }: AgentCommandsProps) {
  const moment = use(Moment);
  const { list, error } = useCommands({
    agent: id,
    until: moment === null ? null : isoOf(moment),
    limit: MAX_COMMANDS,
  });
  if (error === null && (list === null || list.actions.length === 0)) return null;
  return (
    <DetailPart title="Commands about it" note={list?.next ? `the newest ${MAX_COMMANDS}` : undefined}>
      {error !== null && (
        <p role="alert" className="text-bad">
          {error}
        </p>
      )}
      <ol>
        {list?.actions.map((command) => (
          <CommandRow key={command.id} command={command} withAgent={false} onGo={onGo} />
        ))}
      </ol>
    </DetailPart>
  );
}
