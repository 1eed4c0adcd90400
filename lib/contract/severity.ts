/** The order of severities. Apart from the schemas: who only compares needs none of them. */
import type { AttentionSeverity } from './schemas';

/** The worst first. */
export const SEVERITY_RANK: Readonly<Record<AttentionSeverity, number>> = { critical: 0, warning: 1, notice: 2 };
