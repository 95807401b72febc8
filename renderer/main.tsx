import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/parts.css';
import './ui/layout.css';
import './ui/notice.css';
import './ui/worn.css';
import './command/palette/palette.css';
import './fleet/fleet.css';
import './cost/cost.css';
import './tree/tree.css';
import './tree/ruler.css';
import './nodes/nodes.css';
import './wrong/wrong.css';
import './icicle/icicle.css';
import './inspect/inspect.css';
import './inspect/supervision.css';
import './timeline/timeline.css';
import './act/act.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { sendMenu } from './command/send-menu.ts';
import { startDesk } from './store/desk.ts';
import { followLinks } from './store/links.ts';
import { keepLooks } from './store/looks.ts';
import { keepWatched } from './store/watched.ts';
import { keepWay } from './store/way.ts';
import { Faulty } from './ui/faulty.tsx';

createRoot(document.getElementById('root')!).render(
  <Faulty>
    <App />
  </Faulty>,
);
followLinks();
keepLooks();
keepWatched();
keepWay();
sendMenu();
void startDesk();
