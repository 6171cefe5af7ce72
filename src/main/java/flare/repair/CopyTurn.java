package flare.repair;

import flare.config.RepairSettings;
import java.util.Optional;

/**
 * Lets healing and rebalancing plan copies one at a time: each step ends the pulls it began, so a PENDING row that healing
 * finds is nobody's. Rebalancing waits while healing has work.
 */
final class CopyTurn {

    private final RepairSettings settings;
    private boolean healing = true;

    CopyTurn(RepairSettings settings) {
        this.settings = settings;
    }

    RepairWorker first(RepairWorker heal) {
        return new Taking(heal) {
            @Override
            public Step step() {
                synchronized (CopyTurn.this) {
                    Step step = worker.step();
                    healing = step instanceof Step.Busy;
                    return step;
                }
            }
        };
    }

    RepairWorker second(RepairWorker rebalance) {
        return new Taking(rebalance) {
            private boolean waits;

            @Override
            public Step step() {
                synchronized (CopyTurn.this) {
                    waits = healing;
                    return waits ? new Step.Idle(settings.interval()) : worker.step();
                }
            }

            @Override
            public Tally tally() {
                Tally tally = worker.tally();
                return waits ? new Tally(tally.done(), tally.left(), "waits for healing", Optional.empty()) : tally;
            }
        };
    }

    private abstract static class Taking implements RepairWorker {
        final RepairWorker worker;

        Taking(RepairWorker worker) {
            this.worker = worker;
        }

        @Override
        public String name() {
            return worker.name();
        }

        @Override
        public Tally tally() {
            return worker.tally();
        }
    }
}
