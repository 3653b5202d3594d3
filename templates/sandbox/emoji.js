// The shortcodes that business chat uses. An unknown one stays as it was typed.
const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|clap 👏|raised_hands 🙌|pray 🙏|wave 👋|muscle 💪|point_right 👉|point_left 👈
point_up ☝️|point_up_2 👆|point_down 👇|handshake 🤝|raised_hand ✋|hand ✋|crossed_fingers 🤞|v ✌️|writing_hand ✍️|smile 😄|smiley 😃|grinning 😀
grin 😁|slightly_smiling_face 🙂|simple_smile 🙂|wink 😉|blush 😊|joy 😂|rolling_on_the_floor_laughing 🤣|sweat_smile 😅|laughing 😆|heart_eyes 😍|thinking_face 🤔|neutral_face 😐
upside_down_face 🙃|sunglasses 😎|nerd_face 🤓|confused 😕|disappointed 😞|cry 😢|sob 😭|scream 😱|angry 😠|tired_face 😫|sleeping 😴|shrug 🤷
face_palm 🤦|facepalm 🤦|hugging_face 🤗|partying_face 🥳|smirk 😏|relieved 😌|open_mouth 😮|zipper_mouth_face 🤐|robot_face 🤖|eyes 👀|brain 🧠|heart ❤️
blue_heart 💙|green_heart 💚|yellow_heart 💛|purple_heart 💜|broken_heart 💔|fire 🔥|sparkles ✨|star ⭐|star2 🌟|zap ⚡|boom 💥|100 💯
tada 🎉|confetti_ball 🎊|balloon 🎈|gift 🎁|trophy 🏆|medal 🏅|first_place_medal 🥇|dart 🎯|rocket 🚀|checkered_flag 🏁|triangular_flag_on_post 🚩|white_check_mark ✅
heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|no_entry ⛔|no_entry_sign 🚫|warning ⚠️|rotating_light 🚨|exclamation ❗|question ❓|grey_question ❔|bangbang ‼️
information_source ℹ️|bulb 💡|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|thought_balloon 💭|email 📧|envelope ✉️|incoming_envelope 📨|inbox_tray 📥
outbox_tray 📤|package 📦|mailbox 📫|phone 📞|telephone_receiver 📞|iphone 📱|computer 💻|desktop_computer 🖥️|keyboard ⌨️|link 🔗|paperclip 📎|pushpin 📌
round_pushpin 📍|clipboard 📋|memo 📝|pencil 📝|pencil2 ✏️|page_facing_up 📄|bookmark_tabs 📑|bookmark 🔖|books 📚|file_folder 📁|open_file_folder 📂|card_index 📇
date 📅|calendar 📆|spiral_calendar_pad 🗓️|clock9 🕘|hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|moneybag 💰
dollar 💵|euro 💶|credit_card 💳|briefcase 💼|office 🏢|factory 🏭|house 🏠|globe_with_meridians 🌐|earth_africa 🌍|earth_americas 🌎|airplane ✈️|car 🚗
bike 🚲|train 🚆|coffee ☕|pizza 🍕|cake 🍰|birthday 🎂|beers 🍻|champagne 🍾|sunny ☀️|cloud ☁️|umbrella ☔|snowflake ❄️
seedling 🌱|herb 🌿|four_leaf_clover 🍀|key 🔑|lock 🔒|unlock 🔓|mag 🔍|mag_right 🔎|gear ⚙️|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️
shield 🛡️|lightning ⚡|recycle ♻️|arrows_counterclockwise 🔄|repeat 🔁|arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrow_upper_right ↗️|heavy_plus_sign ➕|heavy_minus_sign ➖
new 🆕|soon 🔜|on 🔛|free 🆓|ok 🆗|sos 🆘|red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵|white_circle ⚪
black_circle ⚫|small_blue_diamond 🔹|small_orange_diamond 🔸|large_green_square 🟩|large_yellow_square 🟨|large_red_square 🟥|bust_in_silhouette 👤|busts_in_silhouette 👥|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣`;

const EMOJI = new Map(TABLE.trim().split(/[\n|]/).map((pair) => {
  const at = pair.indexOf(" ");
  return [pair.slice(0, at), pair.slice(at + 1)];
}));

/** The character for a shortcode without its colons, or undefined. Skin tones are dropped. */
export const emoji = (name) => EMOJI.get(name.split("::")[0]);
export const QUICK = ["+1", "white_check_mark", "eyes", "tada", "heart", "thinking_face"];
