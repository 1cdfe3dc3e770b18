// `npm run bench [startup|preprocess|forest|growth|boosting|bars|shap|serve|serve-kills …]`: our figures beside the peers', in one run on one machine.
const ALL = ['startup', 'preprocess', 'forest', 'growth', 'boosting', 'bars', 'shap', 'serve', 'serve-kills'];
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : ALL) {
  const { bench } = await import(`./${name}.mjs`);
  await bench();
}
