package flare.metadata;

import flare.metadata.wire.AlignChunksOrder;
import flare.metadata.wire.CursorValue;
import flare.metadata.wire.NumberValue;
import flare.metadata.wire.Operation;
import flare.metadata.wire.OrderWorkerOrder;
import flare.metadata.wire.SaveCursorOrder;
import flare.metadata.wire.SetClusterSettingsOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Commands about background workers, what they keep and what they go by, to Protocol Buffers and back. */
final class WorkerCodec {

    private WorkerCodec() {}

    /** Answers whether the command is about workers. */
    static boolean encode(Command<?> command, Operation.Builder to) {
        if (command instanceof Command.SaveCursor save) {
            to.getSaveCursorBuilder()
                    .setWorker(save.worker())
                    .setCursor(encode(save.cursor()))
                    .setTerm(save.term());
        } else if (command instanceof Command.OrderWorker order) {
            to.getOrderWorkerBuilder()
                    .setWorker(order.worker())
                    .setOrder(order.order().name());
        } else if (command instanceof Command.SetClusterSettings set) {
            to.getSetClusterSettingsBuilder();
            set.copies().ifPresent(copies -> to.getSetClusterSettingsBuilder().setWantedCopies(copies));
            set.strategy()
                    .ifPresent(strategy -> to.getSetClusterSettingsBuilder().setPlacementStrategy(strategy));
        } else if (command instanceof Command.AlignChunks align) {
            to.getAlignChunksBuilder().setTerm(align.term());
            align.chunks().forEach(chunk -> to.getAlignChunksBuilder().addChunks(ValueCodec.encode(chunk)));
        } else if (command instanceof Command.CountSpace count) {
            to.getCountSpaceBuilder().setLimit(count.limit()).setTerm(count.term());
        } else {
            return false;
        }
        return true;
    }

    static Command<?> decode(Operation from) throws MalformedEntryException {
        if (from.hasSaveCursor()) {
            SaveCursorOrder save = from.getSaveCursor();
            return Field.of(
                    "save_cursor",
                    () -> new Command.SaveCursor(save.getWorker(), decode(save.getCursor()), save.getTerm()));
        }
        if (from.hasSetClusterSettings()) {
            SetClusterSettingsOrder set = from.getSetClusterSettings();
            return new Command.SetClusterSettings(
                    set.hasWantedCopies() ? Optional.of(set.getWantedCopies()) : Optional.empty(),
                    set.hasPlacementStrategy() ? Optional.of(set.getPlacementStrategy()) : Optional.empty());
        }
        if (from.hasAlignChunks()) {
            AlignChunksOrder align = from.getAlignChunks();
            return Field.of(
                    "align_chunks",
                    () -> new Command.AlignChunks(
                            align.getChunksList().stream()
                                    .map(ValueCodec::decode)
                                    .toList(),
                            align.getTerm()));
        }
        if (from.hasCountSpace()) {
            return new Command.CountSpace(
                    from.getCountSpace().getLimit(), from.getCountSpace().getTerm());
        }
        OrderWorkerOrder order = from.getOrderWorker();
        return Field.of(
                "order_worker",
                () -> new Command.OrderWorker(order.getWorker(), Command.WorkerOrder.valueOf(order.getOrder())));
    }

    static CursorValue encode(WorkerCursor cursor) {
        CursorValue.Builder encoded = CursorValue.newBuilder().setPosition(cursor.position());
        cursor.numbers()
                .forEach((name, value) -> encoded.addNumbers(
                        NumberValue.newBuilder().setName(name).setValue(value)));
        return encoded.build();
    }

    static WorkerCursor decode(CursorValue cursor) {
        Map<String, Long> numbers = new HashMap<>();
        cursor.getNumbersList().forEach(number -> numbers.put(number.getName(), number.getValue()));
        return new WorkerCursor(cursor.getPosition(), numbers);
    }
}
