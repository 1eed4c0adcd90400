import { hasMarkdown } from '@/components/messages/parse-markdown';
import { counted } from '@/lib/client/text';
import { WORK_COORDINATION_PATH } from '@/lib/contract/paths';
import type { CoordinationAnswer } from '@/lib/contract/work-answers';
import Markdown from '../messages/markdown';
import { Text } from '../ui/text';
import { TextBlocks } from '../ui/text-blocks';
import { RelativeTime } from '../ui/time';
import { FilePart, LeftOff } from './file-part';
import { versionOf } from './work';
import type { WorkProps } from './work-props';

/** The coordination document, read only: agents change it under a lock of their own. */
export function CoordinationPart({ work }: WorkProps) {
  return (
    <FilePart<CoordinationAnswer>
      label="Coordination"
      path={WORK_COORDINATION_PATH}
      version={versionOf('coordination', work)}
      file="COORDINATION.md"
      holds="It would hold the goals of the sprint, who works on what, what is blocked, reviews that wait, and decisions."
    >
      {(answer) => <Document answer={answer} />}
    </FilePart>
  );
}

function Document({
  answer: { title, preamble, sections, changed_at, left_off, truncated, text },
}: {
  answer: CoordinationAnswer;
}) {
  const isBare = sections.length === 0 && preamble === null && text !== null && text.trim() !== '';
  return (
    <article className="wrap-anywhere max-w-4xl py-1">
      <h2 className="flex flex-wrap items-baseline gap-x-3 font-semibold text-base">
        {title === null ? 'Coordination' : <Text value={title} prose />}
        <span className="font-normal text-muted text-sm">
          changed {changed_at === null ? 'at an unknown time' : <RelativeTime instant={changed_at} />}
        </span>
      </h2>
      {preamble !== null && preamble.trim() !== '' && (
        <>
          <Written text={preamble} />
          <p className="text-warn">
            The swarm’s tool loses the text before the first section when it updates the document.
          </p>
        </>
      )}
      {isBare && <Written text={text} />}
      {sections.map((section) => (
        <div key={section.line} className="pt-3">
          <h3 className="mb-1 border-line border-b pb-0.5 font-semibold">
            <Text value={section.title} prose />
          </h3>
          {section.text.trim() === '' ? <p className="text-muted">Nothing.</p> : <Written text={section.text} />}
        </div>
      ))}
      <LeftOff count={left_off} what="section" />
      {truncated && (
        <p className="py-1 text-warn">
          Only the first {counted(text?.length ?? 0, 'character')} of the document were read for this view.
        </p>
      )}
    </article>
  );
}

function Written({ text }: { text: string }) {
  const body = text.trim();
  return (
    <div dir="auto" className="overflow-hidden">
      {hasMarkdown(body) ? <Markdown text={body} /> : <TextBlocks text={body} />}
    </div>
  );
}
