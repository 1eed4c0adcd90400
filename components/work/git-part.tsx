import { counted } from '@/lib/client/text';
import type { GitAnswer, GitFolder } from '@/lib/contract/git-schemas';
import { GIT_PATH } from '@/lib/contract/paths';
import { Fact } from '../ui/fact';
import { Empty, Scroller } from '../ui/panel';
import { Text } from '../ui/text';
import { ClockTime, RelativeTime } from '../ui/time';
import { AgentLinks, LeftOff } from './file-part';
import { useGit } from './use-work';
import { branchWords, changeWords, upstreamWords } from './work';
import type { WorkProps } from './work-props';

/** What git says about the folders in which agents work. */
export function GitPart({ onGo }: Pick<WorkProps, 'onGo'>) {
  const { answer, error } = useGit<GitAnswer>(GIT_PATH);
  if (!answer) {
    if (error !== null) return <Empty title="What git says is not shown.">{error}</Empty>;
    return <p className="px-4 py-2 text-muted">Asking git…</p>;
  }
  const { folders, left_off, unknown } = answer;
  return (
    <Scroller label="Git" className="px-4 py-1">
      {error !== null && <p className="text-warn">{error}</p>}
      {folders.length === 0 && <p className="py-2 text-muted">It is not known in which folders agents work.</p>}
      <ul className="divide-y divide-line">
        {folders.map((folder) => (
          <li key={folder.top} className="wrap-anywhere py-2">
            <h2>
              <code translate="no" className="font-medium">
                <Text value={folder.top} max={400} />
              </code>{' '}
              <span className="text-muted">
                <AgentLinks ids={folder.agents.map(({ id }) => id)} onGo={onGo} />
              </span>
            </h2>
            <GitFacts folder={folder} />
          </li>
        ))}
      </ul>
      <LeftOff count={left_off} what="folder" />
      {unknown.length > 0 && folders.length > 0 && (
        <p className="wrap-anywhere py-1 text-muted">
          It is not known where these work: <AgentLinks ids={unknown} onGo={onGo} />
        </p>
      )}
    </Scroller>
  );
}

const PLACES: Record<GitFolder['place'], string | null> = {
  root: null,
  worktree: 'another worktree of the swarm’s repository',
  outside: 'outside the swarm’s repository: its files are not compared with locks',
};

/** Branch, last commit and changed files of a folder, and how old that is. */
export function GitFacts({ folder }: { folder: GitFolder }) {
  const { state, reason, read_at, commit, is_linked, agents, filters, place } = folder;
  if (state !== 'ok') {
    return (
      <p className="text-muted">
        <Text value={reason ?? 'Git says nothing about it.'} max={300} prose /> <Read at={read_at} />
      </p>
    );
  }
  const upstream = upstreamWords(folder);
  return (
    <>
      <dl className="wrap-anywhere grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-3">
        <Fact name="Branch">
          <Text value={branchWords(folder)} max={200} />
          {upstream !== null && (
            <span className="text-muted">
              {' · '}
              <Text value={upstream} max={200} />, as last fetched
            </span>
          )}
        </Fact>
        {(is_linked || PLACES[place] !== null) && (
          <Fact name="Worktree">
            {PLACES[place] ?? (is_linked ? 'linked' : null)}
            {PLACES[place] !== null && is_linked && place === 'outside' && ', linked'}
          </Fact>
        )}
        <Fact name="Last commit">
          {commit === null ? (
            'none yet'
          ) : (
            <>
              <code translate="no">{commit.hash.slice(0, 9)}</code> <Text value={commit.subject} max={200} prose />
              <span className="text-muted">
                {' · '}
                <Text value={commit.author} max={80} />
                {commit.at !== null && (
                  <>
                    {', '}
                    <RelativeTime instant={commit.at} />
                  </>
                )}
              </span>
            </>
          )}
        </Fact>
        <Fact name="Changed files">
          <Changes folder={folder} />
        </Fact>
      </dl>
      {agents.length > 1 && folder.change_count > 0 && (
        <p className="text-muted">Several agents work here: which of them changed a file is not known.</p>
      )}
      {filters.length > 0 && (
        <p className="text-warn">
          Filters of the repository (<Text value={filters.join(', ')} max={100} />) are not run: a file that uses one
          may be listed although it is unchanged.
        </p>
      )}
      <p className="text-muted">
        <Read at={read_at} />
      </p>
    </>
  );
}

function Read({ at }: { at: string }) {
  return (
    <>
      Git was asked <RelativeTime instant={at} />.
    </>
  );
}

const MAX_SHOWN = 20;

function Changes({ folder: { changes, change_count, left_off } }: { folder: GitFolder }) {
  if (change_count === 0) return 'none';
  const rest = changes.slice(MAX_SHOWN);
  return (
    <>
      <ChangeList changes={changes.slice(0, MAX_SHOWN)} />
      {rest.length > 0 && (
        <details>
          <summary className="w-fit cursor-pointer text-muted hover:text-ink">
            {counted(rest.length, 'more file')}
          </summary>
          <ChangeList changes={rest} />
        </details>
      )}
      <LeftOff count={left_off} what="changed file" />
    </>
  );
}

function ChangeList({ changes }: { changes: GitFolder['changes'] }) {
  return (
    <ul>
      {changes.map((change) => (
        <li key={change.path} className="flex flex-wrap gap-x-2">
          <code translate="no" className="min-w-0">
            <Text value={change.path} max={300} />
          </code>
          <span className="text-muted">
            {changeWords(change)}
            {change.from !== null && (
              <>
                {' from '}
                <Text value={change.from} max={200} />
              </>
            )}
            {change.changed_at !== null && (
              <>
                {' · '}
                <ClockTime instant={change.changed_at} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
