import { asText } from '@/lib/client/text';
import type { AgentHistory, AgentLife } from '@/lib/contract/past-schemas';
import { DetailPart } from '../ui/detail-part';
import { Text } from '../ui/text';
import { ClockTime } from '../ui/time';

/** The processes that had the agent's id one after another, newest first; nothing where only one is known. */
export function AgentLives({ history: { lives } }: { history: AgentHistory }) {
  if (lives.length < 2) return null;
  return (
    <DetailPart title="Processes that had this id">
      <ul>
        {lives.map((life) => (
          <li key={`${life.life} ${life.until}`} className="wrap-anywhere py-0.5">
            {asText(life.pid) === '' ? 'pid unknown' : <Named word="pid" value={life.pid} />} in <Pane life={life} />,{' '}
            <span className="text-muted">{lifeTime(life)}</span>
          </li>
        ))}
      </ul>
    </DetailPart>
  );
}

function Pane({ life: { tmux_pane_id, pane_index } }: { life: AgentLife }) {
  const pane = tmux_pane_id ?? pane_index;
  return asText(pane) === '' ? 'an unknown pane' : <Named word="pane" value={pane} />;
}

function Named({ word, value }: { word: string; value: unknown }) {
  return (
    <>
      {word} <Text value={asText(value)} max={80} />
    </>
  );
}

function lifeTime({ since, until }: AgentLife) {
  const begun = since !== null && <ClockTime instant={since} />;
  const ended = until !== null && <ClockTime instant={until} />;
  if (ended)
    return begun ? (
      <>
        {begun} to {ended}
      </>
    ) : (
      <>until {ended} (unknown beginning)</>
    );
  return begun ? <>since {begun}</> : <>now (unknown beginning)</>;
}
