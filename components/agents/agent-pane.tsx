import { paneCommands } from '@/components/agents/tmux';
import type { Agent } from '@/lib/contract/schemas';
import { CopyCommand } from '../ui/copy-command';
import { DetailPart } from '../ui/detail-part';
import { Text } from '../ui/text';

/** The commands that bring a terminal to the agent's pane. */
export function AgentPane({ agent }: { agent: Agent }) {
  const commands = paneCommands(agent);
  return (
    <DetailPart title="Jump to its pane">
      {commands === null && <p className="text-muted">The registry names no pane for this agent.</p>}
      {commands !== null && 'refused' in commands && (
        <p className="wrap-anywhere text-muted">
          No command is offered: the pane is written as{' '}
          <code translate="no">
            <Text value={commands.refused} max={80} />
          </code>
          , and that is not safe in a shell.
        </p>
      )}
      {commands !== null && 'inside' in commands && (
        <>
          <CopyCommand label="Within tmux" command={commands.inside} />
          <CopyCommand label="From another terminal" command={commands.outside} />
        </>
      )}
    </DetailPart>
  );
}
