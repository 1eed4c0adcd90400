import { useState } from 'react';
import { requestPath } from '@/lib/client/api';
import type { AgentGitAnswer } from '@/lib/contract/git-schemas';
import { AGENT_GIT_PATH } from '@/lib/contract/paths';
import { DetailPart } from '../ui/detail-part';
import { Text } from '../ui/text';
import { GitFacts } from './git-part';
import { useGit } from './use-work';

/** What git says about the folder of an agent. It is asked only once this part is opened. */
export function AgentGit({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const { answer, error } = useGit<AgentGitAnswer>(open ? requestPath(AGENT_GIT_PATH, undefined, id) : null);
  return (
    <DetailPart
      title="Git"
      note={
        <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide' : 'Show branch and changed files'}
        </button>
      }
    >
      {open && error !== null && <p className="text-warn">{error}</p>}
      {open && error === null && answer === undefined && <p className="text-muted">Asking git…</p>}
      {open && answer !== undefined && <Folder answer={answer} />}
    </DetailPart>
  );
}

function Folder({ answer: { folder, from, reason, git } }: { answer: AgentGitAnswer }) {
  return (
    <>
      <p className="wrap-anywhere">
        {folder === null ? (
          <span className="text-muted">
            Where it works is not known. <Text value={reason ?? ''} max={300} prose />
          </span>
        ) : (
          <>
            <code translate="no">
              <Text value={folder} max={400} />
            </code>
            <span className="text-muted">
              {from !== null && `, as its ${from} says`}
              {git !== null && git.top !== folder && (
                <>
                  , in <Text value={git.top} max={400} />
                </>
              )}
            </span>
          </>
        )}
      </p>
      {git !== null && <GitFacts folder={git} />}
    </>
  );
}
