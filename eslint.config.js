import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What each top folder may import. Arrows point one way: kit, model <- crds <- drivers <- sync; <- hub; <- operator; cli sees all. */
const MAY_IMPORT = {
  kit: [],
  model: [],
  crds: ['model'],
  drivers: ['crds', 'kit', 'model'],
  sync: ['crds', 'kit', 'model', 'drivers'],
  hub: ['crds', 'kit', 'model'],
  operator: ['crds', 'kit', 'model'],
  simulator: ['kit', 'model'],
  drill: ['crds', 'kit', 'model', 'simulator'],
  cli: ['crds', 'kit', 'model', 'drivers', 'sync', 'hub', 'operator', 'simulator', 'drill'],
};
const FOLDERS = Object.keys(MAY_IMPORT);

/** The suite holds drivers to the simulated shop's truth: it alone of drivers/ sees both, and nobody but the command imports it. */
const SUITE = 'drivers/conformance';
const suite = {
  files: [`${SUITE}/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [{
        group: FOLDERS.filter((other) => !['drivers', 'simulator', ...MAY_IMPORT.drivers].includes(other)).flatMap((other) => [`../../${other}/**`, `../../../${other}/**`]),
        message: `${SUITE}/ may import only: drivers, simulator, ${MAY_IMPORT.drivers.join(', ')}.`,
      }],
    }],
  },
};

const layers = FOLDERS.filter((folder) => MAY_IMPORT[folder].length < FOLDERS.length - 1).map((folder) => ({
  files: [`${folder}/**/*.ts`],
  ignores: ['**/*.test.ts', `${SUITE}/**`],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [{
        group: FOLDERS.filter((other) => other !== folder && !MAY_IMPORT[folder].includes(other)).flatMap((other) => [`../${other}/*`, `../${other}/**`, `../../${other}/**`, `../../../${other}/**`]).concat('**/conformance/**'),
        message: `${folder}/ may import only: ${MAY_IMPORT[folder].join(', ') || 'nothing of ours'}.`,
      }],
    }],
  },
}));

export default tseslint.config(
  { ignores: ['dist/**', '**/node_modules/**', 'test/stores/**/*.js', 'plugins/**', 'bench/.build/**', 'coverage/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      complexity: ['error', 16],
      'max-depth': ['error', 4],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      // Prettier keeps the code to it; comments and what it cannot break are held here.
      'max-len': ['error', { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true, ignoreUrls: true, ignorePattern: 'eslint-disable|^import ' }],
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Named exports only: a name is found by search.' }],
    },
  },
  ...layers,
  suite,
  {
    files: ['**/*.test.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'max-lines': 'off',
    },
  },
  { files: ['drivers/conformance/mutants/**/*.ts'], rules: { 'max-lines': 'off' } },
  { files: ['*.js', '**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
);
