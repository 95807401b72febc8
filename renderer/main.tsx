import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/parts.css';
import './ui/layout.css';
import './fleet/fleet.css';
import './tree/tree.css';
import './inspect/inspect.css';
import './inspect/supervision.css';
import './timeline/timeline.css';
import './act/act.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startDesk } from './store/desk.ts';

createRoot(document.getElementById('root')!).render(<App />);
void startDesk();
