/** `make audit`: known weaknesses of the packages that ship. Fails for a weakness, never for the network. */
import { spawnSync } from 'node:child_process';
import { judgeAudit } from './advisories.ts';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json', '--fetch-retries=1', '--fetch-timeout=20000'], {
  encoding: 'utf8',
  timeout: 60_000,
  maxBuffer: 64 * 1024 * 1024,
});
const { failed, message } = judgeAudit(stdout ?? '');
console.log(message);
process.exitCode = failed ? 1 : 0;
