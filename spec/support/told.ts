/** Says at the end of `npm test` what this run did not do, so that nobody takes it for more than it was. */

const lines = [
  'Not run here, since they need more than Node:',
  '  npm run spec:real    the same stories on Synapse, InspIRCd with Atheme, and ngIRCd, where they are installed',
  '  npm run spec:fuzz    two minutes of hostile input from both sides',
];

export const mochaHooks = {
  afterAll(): void {
    console.log(`\n${lines.join('\n')}`);
  },
};
