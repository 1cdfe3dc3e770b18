// The program of a worker of `mlx serve --workers`. It lives with the command because it brings together what the server's
// room may not know: how predictions are explained.
import { ThreadedExplainer } from '../../modeling/explain-thread.js';
import { serveAsWorker } from '../../serving/cluster/worker.js';

serveAsWorker((file) => ThreadedExplainer.open(file));
