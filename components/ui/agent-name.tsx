import { agentColour } from '@/lib/client/agent-colour';
import { asText } from '@/lib/client/text';
import { Text } from './text';

/** The id of an agent in its colour. */
export function AgentName({ id, max = 80 }: { id: unknown; max?: number }) {
  return (
    <span className={agentColour(asText(id))}>
      <Text value={id} max={max} />
    </span>
  );
}
