package flare.metadata;

import flare.metadata.wire.CursorValue;
import flare.metadata.wire.NumberValue;
import flare.metadata.wire.Operation;
import flare.metadata.wire.OrderWorkerOrder;
import flare.metadata.wire.SaveCursorOrder;
import java.util.HashMap;
import java.util.Map;

/** Commands about background workers, and what they keep, to Protocol Buffers and back. */
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
