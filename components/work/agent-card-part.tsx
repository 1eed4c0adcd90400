import type { AgentCard } from '@/lib/contract/schemas';
import { DetailPart } from '../ui/detail-part';
import { Fact } from '../ui/fact';
import { Text } from '../ui/text';
import { rateWords, spoken } from './work';

/** What the card of an agent says about it; nothing where it has none, or where nothing more is known. */
export function AgentCardPart({ card }: { card: AgentCard | null }) {
  if (card === null) return null;
  const { description, availability, skills = [], specializations = [], success_rates = [] } = card;
  const rates = success_rates.map(({ skill, rate }) => `${skill} ${rateWords(rate)}`);
  const facts: [name: string, value: string | undefined][] = [
    ['Description', spoken([description])[0]],
    ['Availability', spoken([availability])[0]],
    ['Skills', skills.join(', ')],
    ['Specialized in', specializations.join(', ')],
    ['Success', rates.join(', ')],
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '');
  if (known.length === 0) return null;
  return (
    <DetailPart title="Card" note="as AGENT_CARDS.json has it">
      <dl className="wrap-anywhere grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-3">
        {known.map(([name, value]) => (
          <Fact key={name} name={name}>
            <Text value={value} max={600} prose={name === 'Description'} />
          </Fact>
        ))}
      </dl>
    </DetailPart>
  );
}
